// Package audit has the facts of the audit log as types, and proves the log: it
// links every change of an organisation into a chain of hashes, verifies that chain,
// signs its end, and shows the log. docs/audit.md describes the format, so that
// others can verify it.
package audit

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// Domains prevent a hash of one kind from passing for one of another.
const (
	linkDomain       = "wardroom-audit-link-1\n"
	checkpointDomain = "wardroom-audit-checkpoint-1\n"
)

// Size is the length of a hash of the chain.
const Size = sha256.Size

// genesis is the previous hash of the first link.
var genesis [Size]byte

// link returns the hash of the row with number seq. into is scratch memory, which it
// returns as room. Everything before the row has a fixed length, the row's own length
// included, so no two links have the same bytes.
func link(into []byte, organization, seq int64, prev, row []byte) (hash [Size]byte, room []byte) {
	into = append(into[:0], linkDomain...)
	into = binary.BigEndian.AppendUint64(into, uint64(organization)) //nolint:gosec // ids and numbers are positive
	into = binary.BigEndian.AppendUint64(into, uint64(seq))          //nolint:gosec // likewise
	into = append(into, prev...)
	into = binary.BigEndian.AppendUint64(into, uint64(len(row)))
	into = append(into, row...)
	return sha256.Sum256(into), into
}

// encode appends an item of the table as DynamoDB's own JSON, in the one form that is
// hashed: names in the order of their bytes, no white space, no needless escapes. It
// covers every attribute, keys of indexes included, so no change of a row goes
// unnoticed.
func encode(b []byte, item dynamo.Item) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(item)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(quote(b, name), ':')
		b = encodeValue(b, item[name])
	}
	return append(b, '}')
}

func encodeValue(b []byte, v types.AttributeValue) []byte {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		b = quote(append(b, `{"S":`...), v.Value)
	case *types.AttributeValueMemberN:
		b = quote(append(b, `{"N":`...), v.Value)
	case *types.AttributeValueMemberB:
		b = quote(append(b, `{"B":`...), base64.StdEncoding.EncodeToString(v.Value))
	case *types.AttributeValueMemberBOOL:
		b = strconv.AppendBool(append(b, `{"BOOL":`...), v.Value)
	case *types.AttributeValueMemberNULL:
		b = append(b, `{"NULL":true`...)
	case *types.AttributeValueMemberM:
		b = encode(append(b, `{"M":`...), v.Value)
	case *types.AttributeValueMemberL:
		b = append(b, `{"L":[`...)
		for i, inner := range v.Value {
			if i > 0 {
				b = append(b, ',')
			}
			b = encodeValue(b, inner)
		}
		b = append(b, ']')
	case *types.AttributeValueMemberSS:
		b = encodeSet(append(b, `{"SS":`...), v.Value)
	case *types.AttributeValueMemberNS:
		b = encodeSet(append(b, `{"NS":`...), v.Value)
	default: // sets of bytes, which nobody writes: the hash differs from the sealed one in any case
		b = quote(append(b, `{"unknown":`...), fmt.Sprintf("%T %v", v, v))
	}
	return append(b, '}')
}

// encodeSet appends a set, sorted, since it has no order of its own.
func encodeSet(b []byte, set []string) []byte {
	b = append(b, '[')
	for i, s := range slices.Sorted(slices.Values(set)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = quote(b, s)
	}
	return append(b, ']')
}

// short are the escapes that JSON has letters for.
var short = [...]byte{'\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r', '"': '"', '\\': '\\'}

// quote appends a text as JSON, escaping only what JSON must escape.
func quote(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case int(c) < len(short) && short[c] != 0:
			b = append(b, '\\', short[c])
			i++
		case c < ' ':
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
			i++
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default: // the table refuses text that isn't UTF-8
			_, size := utf8.DecodeRuneInString(s[i:])
			b = append(b, s[i:i+size]...)
			i += size
		}
	}
	return append(b, '"')
}
