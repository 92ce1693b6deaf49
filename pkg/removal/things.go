package removal

import (
	"context"
	"fmt"
	"sync"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// thing is one kind of thing that a person can have: how a removal finds its effects on
// such things, and the images from which an undo restores them. A new kind is a file,
// and an entry of things.
type thing struct {
	find  on       // by the kind of the removal, which leaves the thing alone where there is none
	early bool     // its effects are committed before the finders after it run
	keeps []reader // the kinds of its images; none where it only reports things that are kept
}

// on has a thing's finders, by the kind of removal.
type on map[string]finder

// finder lists the effects on a thing that remain to be carried out. It reads rows that
// an index found again first.
type finder func(ctx context.Context, w *work) ([]effect, error)

// things are the kinds of things that a person can have, in the order in which a
// removal carries out and reports its effects.
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

// The order in which things are restored: subjects first, since a user whose subject
// is taken gets nothing back; agents after their owners' permissions; successions
// last, once another leader is back.
const (
	identityTurn = iota
	anyTurn
	ownershipTurn
	successionTurn
	turns // the number of turns
)

// image is a thing as it was before a removal, from which an undo restores it. It is a
// struct with attributes, which is stored in EffectRow.Before.
type image interface {
	// thing is the name of the image's kind, in EffectRow.Thing.
	thing() string
	// keys are the keys of the rows that decide whether it can be restored to its user.
	keys(user int64) []table.Primary
	// back plans how the thing is restored. e is the effect that took it. It is called
	// only where the user may get things back, once the rows of keys and follow were read.
	back(u *undoing, e model.EffectRow) restoration
}

// restoration says whether and how a thing is restored.
type restoration struct {
	restored bool
	put      func(*table.Tx) // notes the writes; nil where it is restored already
	detail   string          // describes it; "" for the effect's detail
	silent   bool            // isn't reported
}

// follower is an image that needs further rows, whose keys follow returns once the rows
// of its keys were read.
type follower interface {
	follow(rows table.Rows, user int64) []table.Primary
}

// remainder is an image that may have writes where it isn't restored, too; remain
// returns nil for none.
type remainder interface {
	remain(u *undoing) func(*table.Tx)
}

// reader decodes images of one kind.
type reader struct {
	thing string
	turn  int
	read  func(model.Image) (image, error)
}

func keeps[T image](turn int) reader {
	var none T
	return reader{none.thing(), turn, func(kept model.Image) (image, error) { return table.FromImage[T](kept) }}
}

// readers are the readers of all things, by the names of their images.
var readers = sync.OnceValue(func() map[string]reader {
	all := map[string]reader{}
	for _, t := range things() {
		for _, r := range t.keeps {
			all[r.thing] = r
		}
	}
	return all
})

// imageOf returns the image of an effect, nil for none, and its turn. An unknown kind
// of image, or one that can't be decoded, is a table.Unreadable.
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

// Sound returns why an effect's image can't be decoded, nil where it can. It is for
// checks of a whole table.
func Sound(e model.EffectRow) error {
	_, _, err := imageOf(e)
	return err
}
