package removal

import (
	"context"
	"fmt"
	"sync"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// thing is one kind of thing that a person can have: how a removal finds what is left
// to do about it, and what is kept of it, by which an undo puts it back. A new kind is
// a file, and an entry of things.
type thing struct {
	find  on       // by the kind of the removal; none where that leaves the thing alone
	early bool     // its effects are written before anything after it is looked for
	keeps []reader // the images of its effects; none where it only tells what stays
}

// on is how a thing is found by each kind of removal.
type on map[string]finder

// finder lists what is still to be done about a thing. What an index told is read
// again first.
type finder func(ctx context.Context, w *work) ([]effect, error)

// things are what a person can have, in the order in which a removal works it off,
// and tells of it.
var things = sync.OnceValue(func() []thing {
	return []thing{
		{find: on{model.OfUser: identities}, early: true, keeps: []reader{keeps[identity](identityTurn)}},
		{find: on{model.OfUser: projects.successions}, early: true, keeps: []reader{keeps[succession[model.ProjectMember]](successionTurn)}},
		{find: on{model.OfUser: teams.successions}, early: true, keeps: []reader{keeps[succession[model.TeamMember]](successionTurn)}},
		{find: on{model.FromProject: agentRoles, model.OfUser: agentRoles}, keeps: []reader{keeps[agentRole](anyTurn), keeps[ownership](ownershipTurn)}},
		{find: on{model.OfUser: projects.memberships}, keeps: []reader{keeps[membership[model.ProjectMember]](anyTurn)}},
		{find: on{model.OfUser: teams.memberships}, keeps: []reader{keeps[membership[model.TeamMember]](anyTurn)}},
		{find: on{model.FromProject: boundKeys, model.OfUser: personalKeys}, keeps: []reader{keeps[key](anyTurn)}},
		{find: on{model.OfUser: keptServiceKeys}},
		{find: on{model.FromProject: placeInvitations, model.FromWorkspace: placeInvitations, model.OfUser: allInvitations}, keeps: []reader{keeps[invitation](anyTurn)}},
		{find: on{model.OfUser: recentProjects}, keeps: []reader{keeps[recentProjectList](anyTurn)}},
		{find: on{model.OfUser: recentAgents}, keeps: []reader{keeps[recentAgentList](anyTurn)}},
		{find: on{model.OfUser: stars}, keeps: []reader{keeps[star](anyTurn)}},
		{find: on{model.OfUser: unreadNotifications}, keeps: []reader{keeps[notification](anyTurn)}},
		{find: on{model.FromWorkspace: keptMemberships}},
		{find: on{model.FromWorkspace: keptAgentRoles}},
	}
})

// The order in which things are put back: whoever can't be found any more gets
// nothing back, agents go back once their owners' roles are, and heirs give up their
// places once somebody else has these.
const (
	identityTurn = iota
	anyTurn
	ownershipTurn
	successionTurn
	turns // how many there are
)

// image is what a removal keeps of a thing, as it was before: what an undo puts back.
// It is a struct with attributes of the table.
type image interface {
	// thing is the name by which the table tells what it is an image of.
	thing() string
	// keys are the rows that tell whether it can be put back to its user.
	keys(user int64) []table.Primary
	// back plans how it is put back, where its user may have it again. e is the effect
	// that took it.
	back(u *undoing, e model.EffectRow) restoration
}

// restoration is how a thing is put back.
type restoration struct {
	restored bool
	put      func(*table.Tx) // nil for what is back already
	detail   string          // what is told of it; "" for what the effect told
	silent   bool            // nothing is told of it
}

// follower is an image which can be put back only by what further rows say, to which
// those of its keys lead.
type follower interface {
	follow(rows table.Rows, user int64) []table.Primary
}

// remainder is an image that has something written where it isn't put back either;
// nil for nothing.
type remainder interface {
	remain(u *undoing) func(*table.Tx)
}

// reader reads images of one kind.
type reader struct {
	thing string
	turn  int
	read  func(model.Image) (image, error)
}

func keeps[T image](turn int) reader {
	var none T
	return reader{none.thing(), turn, func(kept model.Image) (image, error) { return table.FromImage[T](kept) }}
}

// readers are those of all things, by the names of these.
var readers = sync.OnceValue(func() map[string]reader {
	all := map[string]reader{}
	for _, t := range things() {
		for _, r := range t.keeps {
			all[r.thing] = r
		}
	}
	return all
})

// imageOf is what an effect keeps of a thing, nil for nothing, and when that is put
// back. It fails on what no thing is called, and on what can't be read as one.
func imageOf(e model.EffectRow) (image, int, error) {
	if e.Thing == "" {
		return nil, anyTurn, nil
	}
	r, known := readers()[e.Thing]
	if !known {
		return nil, 0, unreadable(e, fmt.Errorf("no thing is called %q", e.Thing))
	}
	if len(e.Before) == 0 {
		return nil, r.turn, nil
	}
	i, err := r.read(e.Before)
	if err != nil {
		return nil, 0, unreadable(e, err)
	}
	return i, r.turn, nil
}

func unreadable(e model.EffectRow, err error) error {
	return &table.Unreadable{Key: table.Effects.Key(e.RemovalID, e.Resource), Kind: table.Effects.Name(), Err: err}
}

// Sound says why what an effect keeps can't be read, nil where it can. It is for
// checks of a whole table.
func Sound(e model.EffectRow) error {
	_, _, err := imageOf(e)
	return err
}
