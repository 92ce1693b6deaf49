package table_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/guregu/dynamo/v2"
	"pgregory.net/rapid"

	"wardroom/infra/check"
	"wardroom/infra/local/scale"
	"wardroom/pkg/table"
)

// trip draws a value of one entity, writes it, reads it back and holds it against
// what was drawn. It returns the item as it lies in the table; none for a value
// that the entity doesn't take.
type trip func(*rapid.T) dynamo.Item

// trips are those of all entities by their names; the test holds them complete.
var trips = map[string]trip{}

func travels[T any](e *table.Entity[T]) {
	trips[e.Name()] = func(t *rapid.T) dynamo.Item {
		var v T
		draw(t, reflect.ValueOf(&v).Elem())
		item, err := e.Item(v)
		if err != nil {
			return nil // a # in a key: refused, so it is never written
		}
		p := keyOf(item)
		if err := table.Sound(p, item); err != nil {
			t.Fatalf("%+v: %v", v, err)
		}
		got, ok := e.At(table.Rows{p: item}, p)
		if d := cmp.Diff(v, got, cmpopts.EquateEmpty()); !ok || d != "" {
			t.Fatalf("%s comes back changed: %s", e.Name(), d)
		}
		if again, err := table.Remake(item); err != nil || !reflect.DeepEqual(again, item) {
			t.Fatalf("%s is written otherwise the second time: %v\n%s", e.Name(), err, cmp.Diff(item, again))
		}
		return item
	}
}

func init() {
	travels(table.Organizations)
	travels(table.Domains)
	travels(table.Users)
	travels(table.Emails)
	travels(table.Subjects)
	travels(table.Bindings)
	travels(table.RankGrants)
	travels(table.Keys)
	travels(table.Teams)
	travels(table.TeamMembers)
	travels(table.Projects)
	travels(table.ProjectNames)
	travels(table.ProjectMembers)
	travels(table.Tombstones)
	travels(table.Withdrawals)
	travels(table.Recents)
	travels(table.Agents)
	travels(table.TeamAgents)
	travels(table.OpenAgents)
	travels(table.AgentMembers)
	travels(table.AgentVersions)
	travels(table.AgentTypes)
	travels(table.Aliases)
	travels(table.AliasNames)
	travels(table.Reviews)
	travels(table.Reviewers)
	travels(table.Votes)
	travels(table.RecentAgents)
	travels(table.Stars)
	travels(table.Threads)
	travels(table.Removals)
	travels(table.Effects)
	travels(table.Plans)
	travels(table.Audits)
	travels(table.Seals)
	travels(table.SealBatches)
	travels(table.SealHeads)
	travels(table.Checkpoints)
	travels(table.Markers)
	travels(table.Invites)
	travels(table.InvitesOf)
	travels(table.Notifications)
	travels(table.Replays)
	travels(table.ReplayParts)
	travels(table.Counters)
	travels(table.Secrets)
	travels(table.Mentions)
	travels(table.RemovalsOf)
	travels(table.KeyIDs)
	travels(table.Proofs)
	travels(table.ProvisionedNames)
	travels(table.Ownerless)
	travels(table.ListPlaces)
}

// sampled is how many values of each entity are read back from the real table.
const sampled = 8

// What DynamoDB takes as a key, in bytes; ours are far shorter, but for the values
// that are drawn here.
const longestPK, longestSK = 2048, 1024

// Whatever an entity takes comes back as it was and is written the same the
// second time; some of each from DynamoDB itself.
func TestEveryEntityReadsBackAtScale(t *testing.T) {
	kinds := table.Schema().Kinds
	checks := 100 // of rapid, which are of many values each
	each := scale.Of(20_000)/len(kinds)/checks + 1
	all, sample := 0, table.Rows{}
	for _, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			once, known := trips[k.Name]
			if !known {
				t.Fatal("no values of it are tried")
			}
			kept, stored := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				for range each {
					item := once(t)
					if item == nil {
						continue
					}
					kept++
					if stored < sampled && fits(item) {
						sample[keyOf(item)] = item
						stored++
					}
				}
			})
			if all += kept; kept < checks/2 || stored == 0 {
				t.Errorf("%d values were taken only, %d of them by a table", kept, stored)
			}
		})
	}
	if want := scale.Of(10_000); all < want {
		t.Errorf("%d values came back, want %d", all, want)
	}
	t.Log(all, "values came back,", len(sample), "of them from the table")
	stored(t, sample)
}

// stored writes items to a real table and demands to read them back as they were.
func stored(t *testing.T, items table.Rows) {
	t.Helper()
	client, c := bare(t)
	var writes []types.WriteRequest
	var keys []table.Primary
	for p, item := range items {
		keys = append(keys, p)
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
	}
	for some := range slices.Chunk(writes, 25) { // what one batch may hold
		out, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{c.Table: some}})
		if err != nil || len(out.UnprocessedItems) > 0 {
			t.Fatal(err, len(out.UnprocessedItems))
		}
	}
	got, err := table.Open(dynamo.NewFromIface(client), c.Table).Get(t.Context(), keys...)
	if err != nil {
		t.Fatal(err)
	}
	for p, item := range items {
		if !check.SameItem(item, got[p]) {
			t.Errorf("%v comes back otherwise than it was written: %s", p, cmp.Diff(check.Plain(item), check.Plain(got[p])))
		}
	}
}

// fits reports whether a table takes an item with such keys.
func fits(item dynamo.Item) bool {
	for name, value := range item {
		s, isText := value.(*types.AttributeValueMemberS)
		pk, sk := strings.HasSuffix(name, table.PK), strings.HasSuffix(name, table.SK)
		if isText && (pk && len(s.Value) > longestPK || sk && len(s.Value) > longestSK || (pk || sk) && s.Value == "") {
			return false
		}
	}
	return true
}

func keyOf(item dynamo.Item) table.Primary {
	text := func(name string) string {
		s, _ := item[name].(*types.AttributeValueMemberS)
		return s.Value
	}
	return table.Primary{PK: text(table.PK), SK: text(table.SK)}
}
