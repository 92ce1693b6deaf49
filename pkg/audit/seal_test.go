package audit_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// key of user 16 of the tests.
var key16 = model.NewPersonalKey()

// change is the nth audit row of an organisation.
func change(organization int64, n int) model.Audit {
	a := model.Audit{
		OrganizationID: organization, ID: fmt.Sprintf("A%05d", n), TS: model.At(fixture.Epoch.Add(time.Duration(n) * time.Second)),
		Actor: fmt.Sprintf("user:%d", 7+n%2*8), Action: "add-user-to-project", Resource: "project:151/user:16", Outcome: "success",
		RequestID: fmt.Sprint("request-", n), SourceIP: model.Conceal(key16, "192.0.2.1"),
		Before:  map[string]any{"user:16": nil},
		After:   map[string]any{"user:16": map[string]any{"id": int64(n), "role": "member", "was": []any{"ä\"\\\n\x01", true, int64(1)<<53 - 1}}},
		Notices: []model.Notice{{UserID: 16, Kind: model.NoticeAdded, Resource: "project:151"}},
	}
	if n%3 == 0 {
		a.Resource, a.Action = "project:4", "edit-project-by-id"
	}
	a.About, _, _ = strings.Cut(a.Resource, "/") // as it is stored: the store names both
	a.Person = "user:16"
	return a
}

func changes(organization int64, n int) []model.Audit {
	out := make([]model.Audit, n)
	for i := range out {
		out[i] = change(organization, i+1)
	}
	return out
}

// written writes audit rows as requests would.
func written(t testing.TB, s *store.Store, rows ...model.Audit) {
	t.Helper()
	for part := range slices.Chunk(rows, 100) {
		var tx table.Tx
		for _, a := range part {
			s.RecordAudit(&tx, a)
		}
		if err := s.Commit(t.Context(), &tx); err != nil {
			t.Fatal(err)
		}
	}
}

// stored are the same rows as the table gives them back.
func stored(t testing.TB, sys *fixture.System) []model.Audit {
	t.Helper()
	return table.Audits.All(sys.Rows(t.Context(), t))
}

// reliable is the store without what a test does to its client.
func reliable(sys *fixture.System) *store.Store {
	return store.Over(table.Open(dynamo.NewFromIface(sys.Client), sys.Table))
}

func seal(t testing.TB, s *store.Store, rows ...model.Audit) {
	t.Helper()
	if done, err := audit.Seal(t.Context(), s, rows); err != nil || done != len(rows) {
		t.Fatalf("%d of %d sealed: %v", done, len(rows), err)
	}
}

// wholeChain demands that every row was sealed once, in one chain without gaps.
func wholeChain(t testing.TB, sys *fixture.System, organization int64, want int) {
	t.Helper()
	rows := sys.Rows(t.Context(), t)
	numbers := map[int64]bool{}
	for _, s := range table.Seals.All(rows) {
		if s.OrganizationID != organization {
			continue
		}
		if _, ok := table.Audits.In(rows, organization, s.TS.String(), s.AuditID); !ok || numbers[s.Seq] {
			t.Errorf("seal %d is of no row, or there are two", s.Seq)
		}
		numbers[s.Seq] = true
	}
	for seq := int64(1); seq <= int64(want); seq++ {
		if !numbers[seq] {
			t.Errorf("there is no seal %d", seq)
		}
	}
	head, _ := table.SealHeads.In(rows, organization)
	if len(numbers) != want || head.Seq != int64(want) {
		t.Errorf("%d seals and a head of %d, want %d", len(numbers), head.Seq, want)
	}
}

// Rows of several organisations, in batches that overlap, come twice and in any
// order, sealed by several at once while every fifth transaction fails: one
// chain each.
func TestSealersAtOnce(t *testing.T) {
	sys := fixture.New(t, unreliable)
	sys.Put(t, fixture.NewLog())
	n := 240
	rows := append(changes(1, n), changes(2, 60)...)
	written(t, reliable(sys), rows...)
	rows = stored(t, sys)
	var wg sync.WaitGroup
	for range 4 {
		batches := make([][]model.Audit, 0, 32)
		for range 12 {
			from := rand.IntN(len(rows))
			batches = append(batches, rows[from:min(len(rows), from+1+rand.IntN(120))])
		}
		shuffled := slices.Clone(rows)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		batches = append(batches, shuffled)
		wg.Go(func() {
			for _, batch := range batches {
				for tries := 0; len(batch) > 0; tries++ { // what isn't done comes again, as a stream's batch does
					done, err := audit.Seal(t.Context(), sys.Store, batch)
					if batch = batch[done:]; err == nil && len(batch) > 0 || tries == 40 {
						t.Errorf("%d rows left: %v", len(batch), err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	wholeChain(t, sys, 1, n)
	wholeChain(t, sys, 2, 60)
}

// A sweep finds what nobody sealed, and the watermark never passes it.
func TestUnsealed(t *testing.T) {
	sys := fixture.New(t)
	sys.Put(t, fixture.NewLog())
	rows := changes(1, 30)
	written(t, sys.Store, rows...)
	seal(t, sys.Store, slices.Concat(rows[:10], rows[12:20])...)
	look := func(now time.Duration) []model.Audit {
		t.Helper()
		open, err := audit.Unsealed(t.Context(), sys.Store, 1, model.At(fixture.Epoch.Add(now)))
		if err != nil {
			t.Fatal(err)
		}
		return open
	}
	watermark := func() time.Duration {
		head, _ := table.SealHeads.In(sys.Rows(t.Context(), t), int64(1))
		if head.Watermark.IsZero() {
			return 0
		}
		return head.Watermark.Std().Sub(fixture.Epoch)
	}
	for range 2 {
		if open := look(time.Hour); len(open) != 12 || open[0].ID != "A00011" || watermark() != 11*time.Second {
			t.Fatalf("%d rows, watermark %v", len(open), watermark())
		}
	}
	seal(t, sys.Store, look(time.Hour)...)
	if open := look(130 * time.Second); len(open) != 0 || watermark() != 11*time.Second {
		t.Errorf("%d rows, watermark %v: what was asked for ten seconds ago may still be written", len(open), watermark())
	}
	if open := look(time.Hour); len(open) != 0 || watermark() != time.Hour-2*time.Minute {
		t.Errorf("%d rows, watermark %v", len(open), watermark())
	}
	wholeChain(t, sys, 1, 30)
}

// unreliable loses the answer of every fifth transaction, for good or until it
// is sent again, and every seventh transaction itself.
func unreliable(o *dynamodb.Options) {
	o.RetryMaxAttempts = 1
	o.HTTPClient = &loses{next: o.HTTPClient}
}

type loses struct {
	next dynamodb.HTTPClient
	n    atomic.Int64
}

func (l *loses) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "TransactWriteItems") {
		return l.next.Do(r)
	}
	n := l.n.Add(1)
	if n%7 == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	answer, err := l.next.Do(r)
	if n%5 == 0 && err == nil {
		_ = answer.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return answer, err
}
