package table_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"github.com/guregu/dynamo/v2"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// fresh is an empty table of the schema.
func fresh(t *testing.T, options ...func(*dynamodb.Options)) *table.DB {
	t.Helper()
	_, c := bare(t)
	return table.Open(dynamo.NewFromIface(store.Client(c, options...)), c.Table)
}

// bare is such a table without the store before it.
func bare(t *testing.T) (*dynamodb.Client, store.Config) {
	t.Helper()
	c := store.Config{Table: "t" + strings.ToLower(rand.Text()), Endpoint: dynamotest.Endpoint(t), Region: "us-east-1"}
	client := store.Client(c)
	if _, err := demo.CreateTable(t.Context(), client, c.Table, demo.Streamless); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: aws.String(c.Table)}); err != nil {
			t.Log(err)
		}
	})
	return client, c
}

func commit(t *testing.T, db *table.DB, notes ...func(*table.Tx)) {
	t.Helper()
	for part := range slices.Chunk(notes, 100) {
		var tx table.Tx
		for _, note := range part {
			note(&tx)
		}
		if err := db.Commit(t.Context(), &tx); err != nil {
			t.Fatal(err)
		}
	}
}

func team(id int64) model.Team {
	return model.Team{ID: id, Name: fmt.Sprint("Team ", id), OrganizationID: 1, Version: 1}
}

func TestGet(t *testing.T) {
	var trace fixture.Trace
	db := fresh(t, trace.Option(), fixture.Away)
	const n = 230 // more than two batches hold
	var notes []func(*table.Tx)
	var keys []table.Primary
	for id := range int64(n) {
		notes = append(notes, func(tx *table.Tx) { table.Teams.Create(tx, team(id+1)) })
		keys = append(keys, table.Teams.Key(id+1))
	}
	commit(t, db, notes...)
	trace.Take()
	missing := table.Teams.Key(int64(9999))
	for _, tt := range []struct {
		says  string
		keys  []table.Primary
		found int
		calls []string
	}{
		{"no keys, no call", nil, 0, nil},
		{"one key is a plain read", keys[:1], 1, []string{"GetItem"}},
		{"one key twice too", []table.Primary{keys[0], keys[0]}, 1, []string{"GetItem"}},
		{"one that isn't there", []table.Primary{missing}, 0, []string{"GetItem"}},
		{"some of which aren't there", []table.Primary{keys[0], missing, keys[1], keys[0]}, 2, []string{"BatchGetItem"}},
		{"none of which are there", []table.Primary{missing, table.Teams.Key(int64(9998))}, 0, []string{"BatchGetItem"}},
		{"a whole batch", keys[:100], 100, []string{"BatchGetItem"}},
		{"more than a batch, at the same time", append(slices.Clone(keys), keys...), n, []string{"BatchGetItem", "BatchGetItem", "BatchGetItem"}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			rows, err := db.Get(t.Context(), tt.keys...)
			if err != nil {
				t.Fatal(err)
			}
			calls := trace.Take()
			var names []string
			for _, c := range calls {
				names = append(names, c.Name)
				if !c.Consistent {
					t.Errorf("%s isn't strongly consistent", c.Name)
				}
			}
			if len(rows) != tt.found || !slices.Equal(names, tt.calls) || fixture.Trips(calls) > 1 {
				t.Errorf("%d rows in %v, %d one after the other", len(rows), names, fixture.Trips(calls))
			}
			for _, k := range tt.keys {
				if got, ok := table.Teams.At(rows, k); ok && table.Teams.Key(got.ID) != k {
					t.Errorf("%v holds team %d", k, got.ID)
				}
			}
		})
	}
}

func TestQueryInPages(t *testing.T) {
	db := fresh(t)
	var notes []func(*table.Tx)
	for id := range int64(25) {
		tm := team((id*7)%25 + 1) // not in order
		notes = append(notes, func(tx *table.Tx) { table.Teams.Create(tx, tm) })
	}
	other := team(1000)
	other.OrganizationID = 12 // whose text begins as organisation 1's does
	gone := team(1001)
	gone.IsDeleted = true
	notes = append(notes, func(tx *table.Tx) { table.Teams.Create(tx, other) }, func(tx *table.Tx) { table.Teams.Create(tx, gone) })
	commit(t, db, notes...)

	var got []table.Primary
	pages, after := 0, ""
	for {
		found, err := table.Teams.Query("gsi1", int64(1)).After(after).Limit(10).Keys(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			got = append(got, f.Primary)
		}
		if pages++; len(found) < 10 || pages > 5 {
			break
		}
		after = found[9].Position
	}
	var want []table.Primary
	for id := range int64(25) {
		want = append(want, table.Teams.Key(id+1))
	}
	if d := cmp.Diff(want, got); d != "" || pages != 3 {
		t.Errorf("%d pages, %s", pages, d)
	}
	if found, err := table.Teams.Query("gsi1", int64(1)).AfterID(25).Keys(t.Context(), db); len(found) != 0 || err != nil {
		t.Errorf("after the last: %v, %v", found, err)
	}
}

func TestQueryByPrefix(t *testing.T) {
	db := fresh(t)
	id := int64(0)
	key := func(user, project int64) func(*table.Tx) {
		id++
		k := model.APIKey{ID: id, Prefix: fmt.Sprint("k", id), UserID: &user, ProjectID: &project}
		return func(tx *table.Tx) { table.Keys.Create(tx, k) }
	}
	commit(t, db, key(7, 151), key(70, 151), key(7, 151), key(7, 15), key(16, 151))
	found, err := table.Keys.Query("gsi2", int64(151)).Prefix(int64(7)).Keys(t.Context(), db)
	if err != nil || len(found) != 2 || found[0].Primary != table.Keys.Key("k1") || found[1].Primary != table.Keys.Key("k3") {
		t.Errorf("%v, %v", found, err)
	}
}

func TestStale(t *testing.T) {
	db := fresh(t)
	old := team(1)
	commit(t, db, func(tx *table.Tx) { table.Teams.Create(tx, old) })
	now := old
	now.Name, now.Version = "Sales", 2
	commit(t, db, func(tx *table.Tx) { table.Teams.Change(tx, old, now) })
	for says, note := range map[string]func(*table.Tx){
		"made twice":                    func(tx *table.Tx) { table.Teams.Create(tx, team(1)) },
		"changed from an older row":     func(tx *table.Tx) { table.Teams.Change(tx, old, now) },
		"deleted as it was before":      func(tx *table.Tx) { table.Teams.Delete(tx, old) },
		"relied on as it was before":    func(tx *table.Tx) { table.Teams.Check(tx, old) },
		"counted though it isn't there": func(tx *table.Tx) { tx.Add(table.Teams.Key(int64(2)), "member_count", 1) },
	} {
		t.Run(says, func(t *testing.T) {
			var tx table.Tx
			table.Teams.Create(&tx, team(3)) // which must not come to be
			note(&tx)
			if err := db.Commit(t.Context(), &tx); !errors.Is(err, table.ErrStale) {
				t.Errorf("%v", err)
			}
		})
	}
	rows, err := db.Get(t.Context(), table.Teams.Key(int64(1)), table.Teams.Key(int64(3)))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := table.Teams.In(rows, int64(1)); len(rows) != 1 || got != now {
		t.Errorf("%v", rows)
	}
}

// lossy loses the answer to the first transaction, so that the SDK asks again.
type lossy struct {
	http.Client
	asked int
	spoil bool // with another token
}

func (l *lossy) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "TransactWriteItems") {
		return l.Client.Do(r)
	}
	l.asked++
	if l.asked > 1 && l.spoil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		at := bytes.Index(body, []byte(`"ClientRequestToken":"`)) + len(`"ClientRequestToken":"`)
		body[at] ^= 1
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	res, err := l.Client.Do(r)
	if l.asked == 1 && err == nil {
		res.Body.Close()
		return nil, errors.New("connection lost")
	}
	return res, err
}

// A transaction whose answer was lost is not carried out twice, and its own
// first try doesn't make the second one stale. It is the token that does it.
func TestLostAnswer(t *testing.T) {
	for _, tt := range []struct {
		says string
		http lossy
		want error
	}{
		{"with its token", lossy{}, nil},
		{"with another token", lossy{spoil: true}, table.ErrStale},
	} {
		t.Run(tt.says, func(t *testing.T) {
			db := fresh(t, func(o *dynamodb.Options) { o.HTTPClient = &tt.http })
			var tx table.Tx
			table.Teams.Create(&tx, team(1))
			table.Counters.Put(&tx, model.Counter{Sequence: "s", Last: 1})
			if err := db.Commit(t.Context(), &tx); !errors.Is(err, tt.want) || tt.http.asked != 2 {
				t.Errorf("%v after %d tries", err, tt.http.asked)
			}
			rows, err := db.Get(t.Context(), table.Teams.Key(int64(1)))
			if got, _ := table.Teams.In(rows, int64(1)); err != nil || got != team(1) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

func TestLeasesNeverOverlap(t *testing.T) {
	db := fresh(t)
	const workers, leases = 8, 15
	var mu sync.Mutex
	owner := map[int64]int{}
	var g sync.WaitGroup
	for w := range workers {
		g.Go(func() {
			for i := range leases {
				n := int64(i%5 + 1)
				first, err := db.Lease(t.Context(), "s", n)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for id := first; id < first+n; id++ {
					if was, taken := owner[id]; taken {
						t.Errorf("%d is leased to %d and %d", id, was, w)
					}
					owner[id] = w
				}
				mu.Unlock()
			}
		})
	}
	g.Wait()
	const all = workers * leases * 3
	if first, err := db.Lease(t.Context(), "s", 1); len(owner) != all || first != all+1 || err != nil {
		t.Errorf("%d ids leased, then %d, %v", len(owner), first, err)
	}
	if first, err := db.Lease(t.Context(), "other", 5); first != 1 || err != nil {
		t.Errorf("another sequence begins with %d, %v", first, err)
	}
}
