package account

import (
	"context"
	"embed"
	"encoding/json"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/request"
)

// The answers of discovery are the same for everybody, so they are embedded. The three
// schemas beside the user's and the group's are those of RFC 7643 (8.7).
//
//go:embed scim/*.json
var discovery embed.FS

var (
	configFile = kept("config")
	typeList   = []api.Verbatim{kept("type"), kept("grouptype")}
	schemaList = []api.Verbatim{kept("user"), kept("group"), kept("serviceproviderconfig"), kept("resourcetype"), kept("schema")}
)

// kept returns one of the files, without white space.
func kept(name string) api.Verbatim {
	text, err := discovery.ReadFile("scim/" + name + ".json")
	if err != nil {
		panic(err)
	}
	var parsed json.RawMessage
	if err := json.Unmarshal(text, &parsed); err != nil {
		panic(err)
	}
	return written(parsed)
}

func written(v any) api.Verbatim {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// listed returns files as one list response.
func listed(files ...api.Verbatim) api.Verbatim {
	all := make([]json.RawMessage, len(files))
	for i, f := range files {
		all[i] = json.RawMessage(f)
	}
	return written(map[string]any{
		"schemas": []string{listSchema}, "totalResults": len(all), "startIndex": 1, "itemsPerPage": len(all), "Resources": all,
	})
}

// named returns the file with an id, or 404.
func named(id string, files ...api.Verbatim) (api.Verbatim, error) {
	for _, f := range files {
		var file struct{ ID string }
		if json.Unmarshal(f, &file) == nil && file.ID == id {
			return f, nil
		}
	}
	return nil, fault.NotFound()
}

// entries lists the locations of discovery's resources.
var entries = func() api.Verbatim {
	all := make([]api.Verbatim, 0, 3)
	for _, name := range []string{"ServiceProviderConfig", "ResourceTypes", "Schemas"} {
		all = append(all, written(map[string]any{"id": name, "meta": map[string]any{"location": scimRoot + "/" + name}}))
	}
	return listed(all...)
}()

type discoverIn struct{ request.In }

// entry answers a client that checks whether SCIM is served at all.
func (h *handlers) entry(context.Context, *discoverIn) (api.Verbatim, error) { return entries, nil }

type discoverOneIn struct {
	request.In
	ID string `path:"id" maxLength:"200" doc:"Id of what is described."`
}

func (h *handlers) config(context.Context, *discoverIn) (api.Verbatim, error) { return configFile, nil }

func (h *handlers) resourceTypes(context.Context, *discoverIn) (api.Verbatim, error) {
	return listed(typeList...), nil
}

func (h *handlers) resourceType(_ context.Context, in *discoverOneIn) (api.Verbatim, error) {
	return named(in.ID, typeList...)
}

func (h *handlers) schemas(context.Context, *discoverIn) (api.Verbatim, error) {
	return listed(schemaList...), nil
}

func (h *handlers) schema(_ context.Context, in *discoverOneIn) (api.Verbatim, error) {
	return named(in.ID, schemaList...)
}
