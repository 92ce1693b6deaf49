package ledger

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/table"
)

// taken is how many read request units AWS takes for a call that reads rows by their
// keys: one for each four KB begun of a row, half of that where it isn't strongly
// consistent, and as much as for the smallest row where there is none, which
// DynamoDB Local counts as nothing.
func taken(c fixture.Call, rows table.Rows) (units float64) {
	for _, key := range c.Keys {
		units += float64(max(1, (size(rows[key])+4095)/4096))
	}
	if !c.Consistent {
		units /= 2
	}
	return units
}

// written is how many write request units AWS takes for a call, which
// DynamoDB Local gets wrong: of a transaction it counts one item alone. An item
// takes a unit for each KB begun of it, as it was or as it is, whichever is
// more; in a transaction two, conditions included. Each key that a write puts
// into an index, or takes out of it, is a unit more.
func written(c fixture.Call, before, after table.Rows) (units float64) {
	for _, key := range c.Keys {
		was, is := before[key], after[key]
		units += 2 * kilobytes(max(size(was), size(is)))
		for _, index := range table.Schema().Indexes {
			units += moved(was, is, index)
		}
	}
	return units
}

// moved is how many entries of an index a write changes; an entry holds keys
// alone, so it is small.
func moved(was, is map[string]types.AttributeValue, index table.Index) (n float64) {
	old, now := place(was, index), place(is, index)
	if old == now {
		return 0
	}
	for _, p := range []table.Primary{old, now} {
		if p != (table.Primary{}) {
			n++
		}
	}
	return n
}

func place(item map[string]types.AttributeValue, index table.Index) (p table.Primary) {
	if v, ok := item[index.PK].(*types.AttributeValueMemberS); ok {
		p.PK = v.Value
	}
	if v, ok := item[index.SK].(*types.AttributeValueMemberS); ok {
		p.SK = v.Value
	}
	return p
}

func kilobytes(n int) float64 { return float64(max(1, (n+1023)/1024)) }

// size is an item's size by AWS's rules: names and values in UTF-8, numbers
// about half a byte a digit, three bytes for a list or a map.
func size(item map[string]types.AttributeValue) (n int) {
	for name, v := range item {
		n += len(name) + weight(v)
	}
	return n
}

func weight(v types.AttributeValue) (n int) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return len(v.Value)/2 + 2
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberM:
		return 3 + len(v.Value) + size(v.Value)
	case *types.AttributeValueMemberL:
		n = 3 + len(v.Value)
		for _, e := range v.Value {
			n += weight(e)
		}
		return n
	}
	return 1
}

func TestTakenUnits(t *testing.T) {
	key := func(sk string) table.Primary { return table.Primary{PK: "p", SK: sk} }
	text := func(n int) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"b": &types.AttributeValueMemberS{Value: string(make([]byte, n))}}
	}
	rows := table.Rows{key("small"): text(10), key("full"): text(4095), key("more"): text(4096)}
	for says, tt := range map[string]struct {
		keys []table.Primary
		late bool
		want float64
	}{
		"a small row":             {[]table.Primary{key("small")}, false, 1},
		"four KB":                 {[]table.Primary{key("full")}, false, 1},
		"a byte more":             {[]table.Primary{key("more")}, false, 2},
		"a row that isn't there":  {[]table.Primary{key("none")}, false, 1},
		"three of a batch":        {[]table.Primary{key("small"), key("more"), key("none")}, false, 4},
		"eventually consistently": {[]table.Primary{key("more"), key("none")}, true, 1.5},
	} {
		if got := taken(fixture.Call{Keys: tt.keys, Consistent: !tt.late}, rows); got != tt.want {
			t.Errorf("%s: %v units, want %v", says, got, tt.want)
		}
	}
}

func TestWrittenUnits(t *testing.T) {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	key := table.Primary{PK: "p", SK: "s"}
	small := map[string]types.AttributeValue{"pk": text("p"), "sk": text("s")}
	large := map[string]types.AttributeValue{"pk": text("p"), "sk": text("s"), "b": text(string(make([]byte, 2500)))}
	found := map[string]types.AttributeValue{"pk": text("p"), "sk": text("s"), "gsi1pk": text("a"), "gsi1sk": text("1"), "gsi2pk": text("a"), "gsi2sk": text("1")}
	elsewhere := map[string]types.AttributeValue{"pk": text("p"), "sk": text("s"), "gsi1pk": text("b"), "gsi1sk": text("1"), "gsi2pk": text("a"), "gsi2sk": text("1")}
	for says, tt := range map[string]struct {
		was, is map[string]types.AttributeValue
		want    float64
	}{
		"a small row":           {nil, small, 2},
		"a condition on no row": {nil, nil, 2},
		"a row of three KB":     {small, large, 6},
		"it shrinks":            {large, small, 6},
		"into two indexes":      {nil, found, 4},
		"out of them":           {found, nil, 4},
		"unchanged in them":     {found, found, 2},
		"in one of them moved":  {found, elsewhere, 4},
	} {
		call := fixture.Call{Keys: []table.Primary{key}}
		if got := written(call, table.Rows{key: tt.was}, table.Rows{key: tt.is}); got != tt.want {
			t.Errorf("%s: %v units, want %v", says, got, tt.want)
		}
	}
}
