package agent

import (
	"context"
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// typesOf returns the agent types of the caller's organisation, in the order of their
// ids. Version is 0 where the organisation has edited none, and so has no row.
func typesOf(c *request.Request) model.AgentTypes {
	row, edited := store.AgentTypes(c.Organization.ID).In(c.Rows())
	if !edited {
		return model.AgentTypes{OrganizationID: c.Organization.ID, Types: model.BuiltInAgentTypes()}
	}
	return row
}

type typesIn struct {
	request.In
	api.Paging
}

func (in *typesIn) Load(f *request.Fetch) { f.Rows(store.AgentTypes(f.Organization).Key) }

// types shows the types of agents, by id.
func (h *handlers) types(ctx context.Context, in *typesIn) (api.Page[model.AgentType], error) {
	types := typesOf(in.Request()).Types
	l := list.Of[model.AgentType]{
		Show: func(_ *request.Request, at store.Ref) (model.AgentType, bool) {
			return types[slices.IndexFunc(types, func(t model.AgentType) bool { return t.ID == at.ID })], true
		},
	}
	var ids []int64
	for _, t := range types {
		ids = append(ids, t.ID)
	}
	l.Find = list.FoundIDs(ids...)
	return l.Answer(ctx, in.Request(), in.Paging)
}

type editTypeIn struct {
	request.In
	TypeID int64 `path:"type_id" example:"1"`
	Body   struct {
		Name        *string `json:"name,omitempty" minLength:"1" maxLength:"100" doc:"Unique in the organization, compared trimmed, in NFC and case folded"`
		Description *string `json:"description,omitempty" maxLength:"2000"`
	}

	at int // index of the type
}

func (in *editTypeIn) Load(f *request.Fetch) { f.Rows(store.AgentTypes(f.Organization).Key) }

// Resolve refuses (404) an unknown type.
func (in *editTypeIn) Resolve(_ context.Context, c *request.Request) error {
	in.at = slices.IndexFunc(typesOf(c).Types, func(t model.AgentType) bool { return t.ID == in.TypeID })
	if in.at < 0 {
		return fault.NotFound()
	}
	return nil
}

// editType changes the fields in the body. It refuses (duplicate) the name of another
// type.
func (h *handlers) editType(_ context.Context, in *editTypeIn) (model.AgentType, error) {
	c := in.Request()
	row := typesOf(c)
	old := row.Types[in.at]
	c.CheckVersionOf(old)
	t := old
	set(&t.Name, in.Body.Name)
	set(&t.Description, in.Body.Description)
	if t == old {
		return old, nil
	}
	for i, other := range row.Types {
		if i != in.at && model.Fold(other.Name) == model.Fold(t.Name) {
			return t, fault.New(fault.KindDuplicate, "A type of this name exists already: choose another name").On("body.name", "is taken")
		}
	}
	t.Version++
	to := row
	to.Types = slices.Clone(row.Types)
	to.Types[in.at] = t
	h.store.EditAgentTypes(&c.Tx, row, to)
	c.Record(audit.AgentTypeEdited{Organization: c.Organization.ID, Type: t.ID, Renamed: t.Name != old.Name, Described: t.Description != old.Description})
	return t, nil
}
