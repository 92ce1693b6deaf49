package table_test

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"wardroom/pkg/model"
)

// The extremes of every type, and what lies between them.
var (
	integers = rapid.OneOf(rapid.SampledFrom([]int64{0, 1, 9, 10, 1<<53 - 1}), rapid.Int64Range(0, 1<<53-1))
	numbers  = rapid.OneOf(rapid.SampledFrom([]float64{0, 0.1, 1, 2, -1, 1e-130, 1 << 53}), rapid.Map(rapid.Int64Range(-1e12, 1e12), func(n int64) float64 { return float64(n) / 7 }))
	moments  = rapid.OneOf(
		rapid.SampledFrom([]string{"1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.9999999-00:00", "2024-02-29T00:00:00+14:00"}),
		rapid.Custom(func(t *rapid.T) string {
			return time.Unix(rapid.Int64Range(0, 253402300799).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC().Format(time.RFC3339Nano)
		}))
	names = rapid.StringMatching(`[a-z-]{1,20}`)
	texts = rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "a", "İstanbul ſ ß", "👩‍👩‍👧", "\u200d", "é", "é", "\U0010ffff", "{name}", "~", "!", "a/b:c", "\u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627", "e\u0301", "0000000000000001"}),
		rapid.String(),
		rapid.Custom(func(t *rapid.T) string { return strings.Repeat(string(rapid.Rune().Draw(t, "rune")), 2000) }),
		rapid.StringMatching(`[A-Za-z0-9 äß:/{}.-]{1,30}`), rapid.StringMatching(`[A-Za-z0-9 äß:/{}.-]{1,30}`),
	)
)

// draw fills a value of the model with anything that it can hold.
func draw(t *rapid.T, v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[model.Time]():
		at := moment(t)
		if rapid.IntRange(0, 9).Draw(t, "never") > 0 {
			v.Set(reflect.ValueOf(at))
		}
		return
	case v.Type() == reflect.TypeFor[map[string]any]():
		if rapid.Bool().Draw(t, "map") {
			v.Set(reflect.ValueOf(map[string]any{
				names.Draw(t, "key"): texts.Draw(t, "text"), "n": numbers.Draw(t, "number"), "b": true, "none": nil,
				"list": []any{texts.Draw(t, "item"), 1.0, nil}, "in": map[string]any{"text": texts.Draw(t, "text")},
			}))
		}
		return
	}
	if v.Type() == reflect.TypeFor[model.Image]() {
		v.Set(reflect.ValueOf(image(t)))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "pointer") {
			v.Set(reflect.New(v.Type().Elem()))
			if v.Type() == reflect.TypeFor[*model.Time]() { // one that may be absent is never "never"
				v.Elem().Set(reflect.ValueOf(moment(t)))
				return
			}
			draw(t, v.Elem())
			if v.Elem().Kind() == reflect.String && v.Elem().Len() == 0 {
				v.SetZero() // a choice, which no form takes empty
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if name := f.Tag.Get("dynamo"); f.IsExported() && name != "-" && (name != "" || f.Anonymous || !tagged(v.Type())) {
				draw(t, v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
			return
		}
		n := rapid.IntRange(0, 3).Draw(t, "length")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			draw(t, v.Index(i))
		}
	case reflect.Map: // of choices, which no form takes empty
		if n := rapid.IntRange(-1, 3).Draw(t, "entries"); n >= 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				name, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				name.SetString(names.Draw(t, "name"))
				value.SetString(names.Draw(t, "value"))
				v.SetMapIndex(name, value)
			}
		}
	case reflect.String:
		v.SetString(texts.Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int64:
		v.SetInt(integers.Draw(t, "integer"))
	case reflect.Float64:
		v.SetFloat(numbers.Draw(t, "number"))
	default:
		t.Fatalf("nothing is drawn for a %v", v.Type())
	}
}

// image draws what may be kept of a row.
func image(t *rapid.T) model.Image {
	return rapid.SampledFrom([]model.Image{nil, {
		"text": &types.AttributeValueMemberS{Value: texts.Draw(t, "text")}, "bytes": &types.AttributeValueMemberB{Value: []byte{0, 255}},
		"number": &types.AttributeValueMemberN{Value: strconv.FormatInt(integers.Draw(t, "number"), 10)}, "yes": &types.AttributeValueMemberBOOL{Value: true},
		"row": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"list": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: texts.Draw(t, "item")}, &types.AttributeValueMemberNULL{Value: true}}},
		}},
	}}).Draw(t, "image")
}

func moment(t *rapid.T) model.Time {
	at, err := model.ParseTime(moments.Draw(t, "time"))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// tagged reports whether a type says which of its fields are kept.
func tagged(of reflect.Type) bool {
	for i := range of.NumField() {
		if of.Field(i).Tag.Get("dynamo") != "" {
			return true
		}
	}
	return false
}
