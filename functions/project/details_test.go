package project_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
)

// Details show whom List Project Members lists, in its order, whether they are few
// enough to be read along with the credentials or not.
func TestDetailsShowTheMembersInTheirOrder(t *testing.T) {
	for _, tt := range []struct {
		says         string
		last         int64 // of the people from 1001 on who join, the later the lower the id of their membership
		trips, calls int
	}{
		{"three", 1000, 2, 4},
		{"50", 1047, 2, 4},
		{"51, who are found by the index", 1048, 3, 7}, // more rows than a batch takes,
	} {
		t.Run(tt.says, func(t *testing.T) {
			t.Parallel()
			var trace fixture.Trace
			s := fixture.New(t, trace.Option(), fixture.Away)
			for user := int64(1001); user <= tt.last; user++ {
				s.Put(t, fixture.All(fixture.People(user, user), fixture.Joins(151, user, "member", func(m *model.ProjectMember) { m.ID = 90_000 - user })))
			}
			trace.Take()
			got := s.Do(t.Context(), get(demo.ProjectAdmin, "/api/project/151"))
			calls := trace.Take()
			if trips := fixture.Trips(calls); trips != tt.trips || len(calls) != tt.calls {
				t.Errorf("it took %d trips and %d calls, want %d and %d", trips, len(calls), tt.trips, tt.calls)
			}
			var details struct {
				Data struct{ Users []struct{ ID int64 } }
			}
			if err := json.Unmarshal([]byte(got.Body), &details); err != nil {
				t.Fatal(err)
			}
			var shown []int64
			for _, u := range details.Data.Users {
				shown = append(shown, u.ID)
			}
			if want := int(tt.last) - 1000 + 3; len(shown) != want || !slices.IsSorted(shown) {
				t.Errorf("%d members are shown, want %d in order: %v", len(shown), want, shown)
			}
			for _, include := range []string{`["users"]`, `[]`} {
				fetched := s.Do(t.Context(), fetch(demo.ProjectAdmin, `{"project_ids":[151],"include":`+include+`}`))
				if has := strings.Contains(fetched.Body, `{"id":`+strconv.FormatInt(shown[0], 10)+`,"user"`); has != (include != `[]`) {
					t.Errorf("by Fetch Project Details with %s it is %t that the first of them is shown", include, has)
				}
			}
		})
	}
}

// unanswering is a DynamoDB that answers no question.
type unanswering struct{ dynamodb.HTTPClient }

func (u unanswering) Do(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") {
		return nil, errors.New("no answer")
	}
	return u.HTTPClient.Do(r)
}

// What is asked along with the credentials is for those alone whom they let in: for
// nobody else does it matter what is answered.
func TestAStrangerLearnsNothingOfWhatIsAskedForThem(t *testing.T) {
	s := fixture.New(t, func(o *dynamodb.Options) { o.HTTPClient = unanswering{o.HTTPClient} })
	for _, tt := range []struct {
		says, key string
		status    int
	}{
		{"a wrong key", "demomemb.wrong", 401},
		{"an unknown key", "nobody.secret", 401},
		{"a member", demo.ProjectMember, 503},
	} {
		if got := s.Do(t.Context(), get(tt.key, "/api/project/151")); got.Status != tt.status {
			t.Errorf("%s: %d %s", tt.says, got.Status, got.Body)
		}
	}
}
