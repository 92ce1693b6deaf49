// Package blobtest is what every place for blobs must do.
package blobtest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wardroom/pkg/blob"
	"wardroom/pkg/concurrent"
)

// Run holds a store to the contract. It begins empty.
func Run(t *testing.T, s blob.Store) {
	for _, sub := range []struct {
		says string
		run  func(*testing.T, blob.Store)
	}{
		{"what is written is read", written},
		{"parts are read by range", ranges},
		{"of several writers one is first", first},
		{"what is deleted is gone", deleted},
		{"lists are in order and in pages", lists},
		{"what is no key is refused", noKeys},
		{"an upload writes what it was given for", uploads},
		{"and nothing else", otherUploads},
		{"a large one has parts", largeUploads},
	} {
		t.Run(sub.says, func(t *testing.T) { sub.run(t, s) })
	}
}

func put(t *testing.T, s blob.Store, key, text string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader(text), blob.PutOptions{Type: "text/plain"}); err != nil {
		t.Fatal(key, err)
	}
}

func get(t *testing.T, s blob.Store, key string) (string, error) {
	t.Helper()
	body, info, err := s.Get(t.Context(), key)
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if int64(len(text)) != info.Size || info.Key != key || time.Since(info.At) > time.Hour {
		t.Errorf("%s: %d bytes, and %+v", key, len(text), info)
	}
	return string(text), err
}

func holds(t *testing.T, s blob.Store, key, want string) {
	t.Helper()
	if got, err := get(t, s, key); err != nil || got != want {
		t.Errorf("%s holds %.40q, %v; want %.40q", key, got, err, want)
	}
}

func lacks(t *testing.T, s blob.Store, key string) {
	t.Helper()
	if _, err := get(t, s, key); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("%s: %v, want not found", key, err)
	}
	if _, err := s.Stat(t.Context(), key); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("%s: %v, want not found", key, err)
	}
	if _, err := s.Range(t.Context(), key, 0, 1); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("%s: %v, want not found", key, err)
	}
}

func written(t *testing.T, s blob.Store) {
	put(t, s, "1/a", "one")
	holds(t, s, "1/a", "one")
	put(t, s, "1/a", "another")
	holds(t, s, "1/a", "another")
	put(t, s, "1/empty", "")
	holds(t, s, "1/empty", "")
	large := strings.Repeat("0123456789abcdef", 1<<17)
	put(t, s, "1/large", large)
	holds(t, s, "1/large", large)
	if info, err := s.Stat(t.Context(), "1/large"); err != nil || info.Size != 2<<20 {
		t.Errorf("%+v, %v", info, err)
	}
	lacks(t, s, "1/b")
	lacks(t, s, "1")
	lacks(t, s, "1/a/b")
}

func ranges(t *testing.T, s blob.Store) {
	put(t, s, "2/a", "0123456789")
	for _, tt := range []struct {
		offset, length int64
		want           string
	}{{0, 3, "012"}, {4, 2, "45"}, {8, 5, "89"}, {10, 5, ""}, {99, 1, ""}, {3, 0, ""}, {0, 99, "0123456789"}} {
		if got, err := s.Range(t.Context(), "2/a", tt.offset, tt.length); err != nil || string(got) != tt.want {
			t.Errorf("%d from %d on: %q, %v; want %q", tt.length, tt.offset, got, err, tt.want)
		}
	}
}

func first(t *testing.T, s blob.Store) {
	var won atomic.Int32
	all, _ := concurrent.WithContext(t.Context())
	for i := range 16 {
		all.Go(func() error {
			err := s.Put(t.Context(), "3/once", strings.NewReader(fmt.Sprint(i)), blob.PutOptions{IfAbsent: true})
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, blob.ErrExists):
				return err
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	if won.Load() != 1 {
		t.Error(won.Load(), "writers were first")
	}
	if err := s.Put(t.Context(), "3/once", strings.NewReader("x"), blob.PutOptions{IfAbsent: true}); !errors.Is(err, blob.ErrExists) {
		t.Error(err)
	}
}

func deleted(t *testing.T, s blob.Store) {
	put(t, s, "4/a", "a")
	put(t, s, "4/b/c", "c")
	if err := s.Delete(t.Context(), "4/a", "4/none", "4/b/c", "4/b"); err != nil {
		t.Error(err)
	}
	lacks(t, s, "4/a")
	lacks(t, s, "4/b/c")
	if err := s.Delete(t.Context()); err != nil {
		t.Error("nothing:", err)
	}
	put(t, s, "4/a", "again")
	holds(t, s, "4/a", "again")
}

func lists(t *testing.T, s blob.Store) {
	var want []string
	for i := range 25 {
		key := fmt.Sprintf("5/%c/%02d", 'a'+i%3, i)
		want = append(want, key)
		put(t, s, key, strings.Repeat("x", i))
	}
	slices.Sort(want)
	var got []string
	for after := ""; ; {
		page, err := s.List(t.Context(), "5/", after, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, info := range page {
			got, after = append(got, info.Key), info.Key
		}
		if len(page) < 4 {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if page, err := s.List(t.Context(), "5/b/", "", 100); err != nil || len(page) != 8 || page[0].Size != 1 {
		t.Errorf("%+v, %v", page, err)
	}
	if page, err := s.List(t.Context(), "none", "", 100); err != nil || len(page) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
}

func noKeys(t *testing.T, s blob.Store) {
	for _, key := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", ".a", "a/.b", "a b", "a\x00b", "a\nb", `a\b`, "a?b", "a%2fb", "ä", strings.Repeat("a", 201)} {
		_, _, err := s.Get(t.Context(), key)
		_, err2 := s.Stat(t.Context(), key)
		_, err3 := s.Range(t.Context(), key, 0, 1)
		_, err4 := s.Upload(t.Context(), key, blob.UploadOptions{Size: 1, Lasts: time.Minute})
		for i, err := range []error{err, err2, err3, err4, s.Put(t.Context(), key, strings.NewReader("x"), blob.PutOptions{}), s.Delete(t.Context(), "a", key)} {
			if !errors.Is(err, blob.ErrKey) {
				t.Errorf("%q, %d: %v", key, i, err)
			}
		}
	}
}

// send uploads a part, as a client does that was given it.
func send(t *testing.T, p blob.Part, body []byte, change func(*http.Request)) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, p.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range p.Headers {
		r.Header.Set(name, value)
	}
	if change != nil {
		change(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil { // a server may hang up on what it refuses
		return http.StatusBadRequest
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func uploadOf(t *testing.T, s blob.Store, key string, body []byte) blob.Upload {
	t.Helper()
	u, err := s.Upload(t.Context(), key, blob.UploadOptions{Size: int64(len(body)), SHA256: sha256.Sum256(body), Type: "text/plain", Lasts: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func uploads(t *testing.T, s blob.Store) {
	for key, text := range map[string]string{"6/a": "uploaded", "6/empty": ""} {
		u := uploadOf(t, s, key, []byte(text))
		if len(u.Parts) != 1 || u.ID != "" {
			t.Fatalf("%+v", u)
		}
		if status := send(t, u.Parts[0], []byte(text), nil); status != http.StatusOK {
			t.Errorf("%s: %d", key, status)
		}
		if err := s.Complete(t.Context(), key, u, int64(len(text))); err != nil {
			t.Error(err)
		}
		holds(t, s, key, text)
	}
}

func otherUploads(t *testing.T, s blob.Store) {
	body := []byte("uploaded")
	for says, tt := range map[string]struct {
		body   []byte
		change func(*http.Request)
	}{
		"other bytes":    {[]byte("otherone"), nil},
		"fewer bytes":    {[]byte("upload"), nil},
		"more bytes":     {[]byte("uploaded!"), nil},
		"another type":   {body, func(r *http.Request) { r.Header.Set("Content-Type", "text/html") }},
		"no checksum":    {body, func(r *http.Request) { r.Header.Del("X-Amz-Checksum-Sha256") }},
		"another place":  {body, func(r *http.Request) { r.URL.Path += "b" }},
		"another method": {body, func(r *http.Request) { r.Method = http.MethodPost }},
		"a longer time": {body, func(r *http.Request) {
			query := r.URL.Query()
			for _, name := range []string{"until", "X-Amz-Expires"} {
				if query.Has(name) {
					query.Set(name, "9999999999")
				}
			}
			r.URL.RawQuery = query.Encode()
		}},
	} {
		u := uploadOf(t, s, "6/other", body)
		if status := send(t, u.Parts[0], tt.body, tt.change); status < 400 || status >= 500 {
			t.Errorf("%s: %d", says, status)
		}
		lacks(t, s, "6/other")
		lacks(t, s, "6/otherb")
	}
	if _, err := s.Upload(t.Context(), "6/late", blob.UploadOptions{Size: 1, Lasts: -time.Minute}); err == nil {
		u, _ := s.Upload(t.Context(), "6/late", blob.UploadOptions{Size: 1, Lasts: -time.Minute})
		if status := send(t, u.Parts[0], []byte("x"), nil); status < 400 {
			t.Error("too late:", status)
		}
	}
}

func largeUploads(t *testing.T, s blob.Store) {
	body := bytes.Repeat([]byte("0123456789abcdef"), (blob.PartSize+1000)/16)
	u := uploadOf(t, s, "7/large", body)
	if len(u.Parts) != 2 || u.ID == "" {
		t.Fatalf("%d parts", len(u.Parts))
	}
	size := int64(len(body))
	part := func(i int) []byte { return body[u.Parts[i].Offset:][:u.Parts[i].Size] }
	if status := send(t, u.Parts[1], part(1), nil); status != http.StatusOK {
		t.Fatal(status)
	}
	if err := s.Complete(t.Context(), "7/large", u, size); !errors.Is(err, blob.ErrUpload) {
		t.Error("a part is missing:", err)
	}
	lacks(t, s, "7/large")
	if status := send(t, u.Parts[0], part(0)[1:], nil); status < 400 {
		t.Error("a part that is too short:", status)
	}
	if status := send(t, u.Parts[0], part(0), nil); status != http.StatusOK {
		t.Fatal(status)
	}
	if err := s.Complete(t.Context(), "7/large", u, size); err != nil {
		t.Fatal(err)
	}
	holds(t, s, "7/large", string(body))
	if err := s.Complete(t.Context(), "7/large", u, size); !errors.Is(err, blob.ErrNotFound) {
		t.Error("once more:", err)
	}

	given := uploadOf(t, s, "7/given-up", body)
	if err := s.Abort(t.Context(), "7/given-up", given); err != nil {
		t.Error(err)
	}
	if status := send(t, given.Parts[1], part(1), nil); status < 400 {
		t.Error("to an upload that was given up:", status)
	}
	if err := s.Complete(t.Context(), "7/given-up", given, size); !errors.Is(err, blob.ErrNotFound) {
		t.Error("given up:", err)
	}
	if err := s.Abort(t.Context(), "7/given-up", given); err != nil {
		t.Error("twice:", err)
	}
}
