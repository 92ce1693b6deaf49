package extract

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// maxLevels is the number of levels of a list (ECMA-376 part 1, 17.9.6).
const maxLevels = 9

// maxLabel is how long the number of an item is at most, in bytes.
const maxLabel = 255

// numberings are how the items of a document's lists are numbered.
type numberings struct {
	lists map[string]*numbering // by numId
}

// numbering is the numbering of a list.
type numbering struct {
	levels [maxLevels]listLevel
	counts *[maxLevels]int // of its items so far, by level; shared by lists of one kind
}

type listLevel struct {
	start        int
	format, text string // "%1.%2)"
	legal        bool   // the numbers of the levels above are decimal
}

// numberings reads the numberings of a document.
func (p *parts) numberings(main string) (numberings, error) {
	out := numberings{map[string]*numbering{}}
	found, err := p.related(main, "numbering")
	for _, part := range found {
		r := numberingReader{out: out, kinds: map[string]*numbering{}}
		if err = p.walk(part, r.read); err != nil {
			return out, err
		}
	}
	return out, err
}

// numberingReader reads the kinds of lists, and then the lists, which may override
// settings of their kind.
type numberingReader struct {
	out   numberings
	kinds map[string]*numbering
	now   *numbering
	list  string // the numId of now; "" for a kind
	level int
}

func (r *numberingReader) read(t xml.Token, _ int) error {
	e, begins := t.(xml.StartElement)
	if !begins {
		return nil
	}
	value := attribute(e, "val")
	switch e.Name.Local {
	case "abstractNum":
		r.now, r.list = &numbering{counts: new([maxLevels]int)}, ""
		r.kinds[attribute(e, "abstractNumId")] = r.now
	case "num":
		r.list = attribute(e, "numId")
	case "abstractNumId":
		if kind := r.kinds[value]; kind != nil && r.list != "" {
			list := *kind
			r.now, r.out.lists[r.list] = &list, &list
		}
	case "lvl", "lvlOverride":
		r.level, _ = strconv.Atoi(attribute(e, "ilvl"))
	}
	if r.now == nil || r.level < 0 || r.level >= maxLevels {
		return nil
	}
	switch level := &r.now.levels[r.level]; e.Name.Local {
	case "lvl":
		*level = listLevel{}
	case "start":
		level.start, _ = strconv.Atoi(value)
	case "startOverride":
		level.start, _ = strconv.Atoi(value)
		r.now.counts = new([maxLevels]int)
	case "numFmt":
		level.format = value
	case "lvlText":
		level.text = value[:min(len(value), maxLabel)]
	case "isLgl":
		level.legal = true
	}
	return nil
}

// next counts an item of a list at a level, and returns its number with a space after it;
// "" for one without a number.
func (n numberings) next(list string, level int) string {
	of := n.lists[list]
	if of == nil || level < 0 || level >= maxLevels {
		return ""
	}
	at := &of.levels[level]
	of.counts[level]++
	clear(of.counts[level+1:])
	if at.format == "bullet" || at.format == "none" || at.text == "" {
		return ""
	}
	text := at.text
	for i := range level + 1 {
		above := of.levels[i]
		format := above.format
		if at.legal {
			format = "decimal"
		}
		text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1), numeral(above.start+max(1, of.counts[i])-1, format))
	}
	return text + " "
}

// numeral formats a number (ECMA-376 part 1, 17.18.59).
func numeral(n int, format string) string {
	switch format {
	case "lowerLetter":
		return strings.ToLower(letters(n))
	case "upperLetter":
		return letters(n)
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "upperRoman":
		return roman(n)
	case "decimalZero":
		if n >= 0 && n < 10 {
			return "0" + strconv.Itoa(n)
		}
	case "ordinal":
		return strconv.Itoa(n) + ordinalEnd(n)
	}
	return strconv.Itoa(n)
}

// letters are A to Z, AA to ZZ, AAA …
func letters(n int) string {
	const most = 780 // thirty of a letter
	if n < 1 || n > most {
		return strconv.Itoa(n)
	}
	return strings.Repeat(string(rune('A'+(n-1)%26)), (n-1)/26+1)
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var out strings.Builder
	for _, digit := range []struct {
		worth int
		text  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= digit.worth {
			out.WriteString(digit.text)
			n -= digit.worth
		}
	}
	return out.String()
}

func ordinalEnd(n int) string {
	if n%100/10 != 1 {
		switch n % 10 {
		case 1:
			return "st"
		case 2:
			return "nd"
		case 3:
			return "rd"
		}
	}
	return "th"
}
