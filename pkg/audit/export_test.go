package audit

import (
	"encoding/hex"
	"fmt"
	"strconv"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// MadeUp is an exported log of n rows such as requests make, and the encoded
// rows themselves.
func MadeUp(n int, change func(n int) model.Audit) (log []byte, rows [][]byte) {
	prev := genesis
	var lines, room []byte
	for i := range n {
		item, err := table.Audits.Item(change(i + 1))
		if err != nil {
			panic(err)
		}
		row := encode(nil, item)
		rows = append(rows, row)
		hash, again := link(room, 1, int64(i+1), prev[:], row)
		room = again
		lines = strconv.AppendInt(append(lines, lineSeq...), int64(i+1), 10)
		lines = hex.AppendEncode(append(lines, linePrev...), prev[:])
		lines = hex.AppendEncode(append(lines, lineHash...), hash[:])
		lines = append(append(append(lines, lineRow...), row...), '}', '\n')
		prev = hash
	}
	head := fmt.Sprintf(`{"format":%q,"organization_id":1,"seq":%d,"hash":"%x"}`+"\n", format, n, prev)
	return append([]byte(head), lines...), rows
}
