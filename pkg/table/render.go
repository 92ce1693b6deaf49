package table

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// ErrTooLarge is returned for a transaction of more than 100 items.
var ErrTooLarge = errors.New("too many items for one transaction")

// build renders the unit of work for the service. It returns the first error of tx,
// or ErrTooLarge.
func (tx *Tx) build(table string) ([]types.TransactWriteItem, error) {
	if tx.err != nil {
		return nil, tx.err
	}
	if len(tx.order) > maxItems {
		return nil, ErrTooLarge
	}
	items := make([]types.TransactWriteItem, len(tx.order))
	for i, p := range tx.order {
		a := tx.actions[p]
		a.settle()
		var x expression
		change, condition := a.change(&x), x.all(a.ifs)
		if x.err != nil {
			return nil, x.err
		}
		switch a.verb {
		case put:
			items[i].Put = &types.Put{TableName: &table, Item: a.item, ConditionExpression: condition,
				ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values}
		case remove:
			items[i].Delete = &types.Delete{TableName: &table, Key: p.item(), ConditionExpression: condition,
				ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values}
		case check:
			items[i].ConditionCheck = &types.ConditionCheck{TableName: &table, Key: p.item(), ConditionExpression: condition,
				ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values}
		case update:
			items[i].Update = &types.Update{TableName: &table, Key: p.item(), UpdateExpression: change, ConditionExpression: condition,
				ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values}
		}
	}
	return items, nil
}

// change renders the update expression, nil for verbs other than update.
func (a *action) change(x *expression) *string {
	if a.verb != update {
		return nil
	}
	text := make([]byte, 0, 128)
	word := func(i int, first string) {
		if i > 0 {
			text = append(text, ", "...)
		} else {
			text = append(text, first...)
		}
	}
	for i, c := range a.sets {
		word(i, "SET ")
		text = x.add(text, c)
	}
	for i, name := range a.unset {
		word(i, " REMOVE ")
		text = append(text, x.name(name)...)
	}
	for i, c := range a.adds {
		word(i, " ADD ")
		text = append(append(append(text, x.name(c.attribute)...), ' '), x.value(c.n)...)
	}
	return texts.of(text)
}

// texts caches expressions. Placeholders are numbered anew in each expression, so
// there are few different ones, and a transaction has one or two for each of its
// items.
var texts = phrases{known: map[string]*string{}}

// phrases keeps texts, each once.
type phrases struct {
	mu    sync.RWMutex
	known map[string]*string
}

// mostPhrases bounds the cache, whatever is asked for.
const mostPhrases = 2000

func (p *phrases) of(text []byte) *string {
	p.mu.RLock()
	known, ok := p.known[string(text)]
	p.mu.RUnlock()
	if ok {
		return known
	}
	s := string(text)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) < mostPhrases {
		p.known[s] = &s
	}
	return &s
}

// expression assigns the placeholders that the service demands for names and
// values.
type expression struct {
	names  map[string]string
	values map[string]types.AttributeValue
	err    error
}

// all renders the conjunction of conditions; nil where there is none.
func (x *expression) all(conditions []clause) *string {
	if len(conditions) == 0 {
		return nil
	}
	text := make([]byte, 0, 128)
	for i, c := range conditions {
		if i > 0 {
			text = append(text, " AND "...)
		}
		text = append(x.add(append(text, '('), c), ')')
	}
	return texts.of(text)
}

// add appends a clause with its names and values in their places.
func (x *expression) add(text []byte, c clause) []byte {
	args := c.args
	for _, letter := range []byte(c.expr) {
		if letter != '$' && letter != '?' {
			text = append(text, letter)
			continue
		}
		if len(args) == 0 {
			x.fail(fmt.Errorf("table: too few values for %q", c.expr))
			return text
		}
		if letter == '$' {
			text = append(text, x.name(args[0].(string))...)
		} else {
			text = append(text, x.value(args[0])...)
		}
		args = args[1:]
	}
	return text
}

func (x *expression) name(attribute string) string {
	if x.names == nil {
		x.names = make(map[string]string, 4)
	}
	holder := placeholder('#', len(x.names))
	x.names[holder] = attribute
	return holder
}

func (x *expression) value(v any) string {
	if x.values == nil {
		x.values = make(map[string]types.AttributeValue, 4)
	}
	holder := placeholder(':', len(x.values))
	x.values[holder] = x.marshal(v)
	return holder
}

// marshal encodes v, the types of most conditions without guregu's reflection.
func (x *expression) marshal(v any) types.AttributeValue {
	switch v := v.(type) {
	case types.AttributeValue:
		return v
	case string:
		return &types.AttributeValueMemberS{Value: v}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case int64:
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(v, 10)}
	}
	a, err := dynamo.Marshal(v)
	x.fail(err)
	return a
}

func (x *expression) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

// placeholders are made once; few expressions have more.
var placeholders = func() (all [2][32]string) {
	for i := range all[0] {
		all[0][i], all[1][i] = "#"+strconv.Itoa(i), ":"+strconv.Itoa(i)
	}
	return all
}()

func placeholder(kind byte, n int) string {
	switch {
	case n >= len(placeholders[0]):
		return string(kind) + strconv.Itoa(n)
	case kind == '#':
		return placeholders[0][n]
	}
	return placeholders[1][n]
}
