package ledger

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"wardroom/functions"
)

// Prices in US dollars of a million request units: AWS price list, on-demand,
// us-east-1.
const (
	readPrice  = 0.125
	writePrice = 0.625
)

const costsHead = `# What an operation costs

Written by ` + "`make docs`" + ` from a run of every operation on the demo data; changes here are lost.

- **Trips** are round trips to DynamoDB one after the other: calls that are under way at the same time count as one. **Limit** is the most there may be ([decisions.md](decisions.md#figures)). Add one when a block of 64 ids is used up. An Idempotency-Key costs no trip: its stored answer is read along with the caller's rows and written in the transaction of the effect.
- **Calls** are all calls, each with its own request to sign and answer to read.
- **Read** and **write** are request units, by AWS's rules and not as an engine counts them. Reading takes a unit for each four KB begun of a row, and one for a row that isn't there; half of that from an index. Writes are counted from the rows as they were and as they became: two units for each item of a transaction and KB begun, conditions included, and one for each key that appears in an index or leaves it.
- **$** is the price of a million such calls: $%.3f for a million read request units and $%.3f for a million write request units (AWS price list, on-demand, us-east-1). Lambda, API Gateway, logs, the stream and storage are not in it.

`

// costs renders the account as the page docs/costs.md.
func costs(entries []entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, costsHead, readPrice, writePrice)
	for _, g := range functions.All(nil) {
		fmt.Fprintf(&b, "## %s\n\n| operation | trips | limit | calls | read | write | $ |\n|---|--:|--:|--:|--:|--:|--:|\n", g.Name)
		for _, o := range g.Ops {
			for _, e := range entries {
				if e.operation != o.ID() {
					continue
				}
				name := o.Name
				if e.how != "" {
					name = "… " + e.how
				}
				limit, _ := e.limit()
				fmt.Fprintf(&b, "| %s | %d | %d | %d | %s | %s | %.2f |\n", name, e.trips, limit, len(e.calls), units(e.read), units(e.write), e.read*readPrice+e.write*writePrice)
			}
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// units are halves at the finest.
func units(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") }

// Which calls overlap depends on the machine where two questions of different length
// are put at the same time, so a difference is looked at once more.
func TestCosts(t *testing.T) {
	const page = "../../docs/costs.md"
	text := costs(record(t))
	if committed, err := os.ReadFile(page); err == nil && !*update && string(committed) != text {
		text = costs(playAll(t))
	}
	golden(t, page, text)
}
