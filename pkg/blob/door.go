package blob

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// door is where uploads to a folder come in: what S3's presigned URLs are, on this
// machine.
type door struct {
	base   string
	secret []byte
}

// pass is what a URL allows: a PUT of so many bytes to a place, until a time. It is
// signed, so whoever has it can't change it.
type pass struct {
	place  string // a key, or a part of an upload
	size   int64
	kind   string // media type; "" for a part of several
	sha256 string // of the bytes, in base64; "" for a part of several
	until  int64
}

const checksumHeader = "X-Amz-Checksum-Sha256"

func (o *door) url(p pass) string {
	query := url.Values{"size": {strconv.FormatInt(p.size, 10)}, "until": {strconv.FormatInt(p.until, 10)}, "type": {p.kind}, "sha256": {p.sha256}}
	query.Set("sign", o.sign(p))
	return o.base + "/" + p.place + "?" + query.Encode()
}

func (o *door) sign(p pass) string {
	h := hmac.New(sha256.New, o.secret)
	fmt.Fprintf(h, "%q %d %q %q %d", p.place, p.size, p.kind, p.sha256, p.until)
	return hex.EncodeToString(h.Sum(nil))
}

// read returns what a request is allowed; false for a URL that wasn't given, or is
// over.
func (o *door) read(r *http.Request) (pass, bool) {
	query := r.URL.Query()
	size, err := strconv.ParseInt(query.Get("size"), 10, 64)
	until, err2 := strconv.ParseInt(query.Get("until"), 10, 64)
	p := pass{strings.TrimPrefix(r.URL.Path, "/"), size, query.Get("type"), query.Get("sha256"), until}
	given := err == nil && err2 == nil && hmac.Equal([]byte(query.Get("sign")), []byte(o.sign(p)))
	return p, given && time.Now().Unix() < until
}

// Upload is Store's.
func (d *Dir) Upload(_ context.Context, key string, o UploadOptions) (Upload, error) {
	if err := check(key); err != nil {
		return Upload{}, err
	}
	u := Upload{Parts: parts(o.Size)}
	until := time.Now().Add(o.Lasts).Unix()
	if len(u.Parts) == 1 {
		p := pass{key, o.Size, o.Type, base64.StdEncoding.EncodeToString(o.SHA256[:]), until}
		u.Parts[0].URL, u.Parts[0].Headers = d.door.url(p), map[string]string{"Content-Type": o.Type, checksumHeader: p.sha256}
		return u, nil
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	u.ID = hex.EncodeToString(id)
	if err := d.root.Mkdir(u.folder(), 0o700); err != nil {
		return Upload{}, err
	}
	for i := range u.Parts {
		p := &u.Parts[i]
		p.URL, p.Headers = d.door.url(pass{place: path.Join(u.folder(), strconv.Itoa(i)), size: p.Size, until: until}), map[string]string{}
	}
	return u, nil
}

// folder is where the parts of an upload are.
func (u Upload) folder() string { return path.Join(unfinished, path.Base("upload-"+u.ID)) }

// Complete is Store's.
func (d *Dir) Complete(_ context.Context, key string, u Upload, size int64) error {
	if err := check(key); err != nil || u.ID == "" {
		return err
	}
	if _, err := d.root.Stat(u.folder()); err != nil {
		return missing(err)
	}
	var readers []io.Reader
	for i, p := range parts(size) {
		file, err := d.root.Open(path.Join(u.folder(), strconv.Itoa(i)))
		if errors.Is(err, fs.ErrNotExist) {
			return ErrUpload
		}
		if err != nil {
			return err
		}
		defer file.Close()
		if stat, err := file.Stat(); err != nil || stat.Size() != p.Size {
			return errors.Join(ErrUpload, err)
		}
		readers = append(readers, file)
	}
	temporary, err := d.write(io.MultiReader(readers...))
	if err != nil {
		return err
	}
	defer d.root.Remove(temporary) //nolint:errcheck // it is gone where all went well
	if err := d.place(temporary, key, false); err != nil {
		return err
	}
	return d.root.RemoveAll(u.folder())
}

// Abort is Store's.
func (d *Dir) Abort(_ context.Context, key string, u Upload) error {
	if err := check(key); err != nil || u.ID == "" {
		return err
	}
	return d.root.RemoveAll(u.folder())
}

// Handler takes uploads, behind the path of the base that NewDir was given.
func (d *Dir) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, given := d.door.read(r)
		var status int
		switch {
		case r.Method != http.MethodPut:
			status = http.StatusMethodNotAllowed
		case !given, p.kind != "" && r.Header.Get("Content-Type") != p.kind, p.sha256 != "" && r.Header.Get(checksumHeader) != p.sha256:
			status = http.StatusForbidden
		case r.ContentLength != p.size:
			status = http.StatusBadRequest
		default:
			status = d.receive(p, http.MaxBytesReader(w, r.Body, p.size))
		}
		w.WriteHeader(status)
	})
}

// receive writes what is uploaded, if it is what it was to be.
func (d *Dir) receive(p pass, body io.Reader) int {
	sum := &summing{body, sha256.New(), 0}
	temporary, err := d.write(sum)
	if err != nil {
		return http.StatusInternalServerError
	}
	defer d.root.Remove(temporary) //nolint:errcheck // it is gone where all went well
	want, err := base64.StdEncoding.DecodeString(p.sha256)
	if err != nil || sum.n != p.size || p.sha256 != "" && !bytes.Equal(sum.Hash.Sum(nil), want) {
		return http.StatusBadRequest
	}
	if strings.HasPrefix(p.place, unfinished+"/") {
		if _, err := d.root.Stat(path.Dir(p.place)); err != nil { // it was completed, or given up
			return http.StatusNotFound
		}
	}
	if err := d.place(temporary, p.place, false); err != nil {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// summing takes the checksum of what is read.
type summing struct {
	io.Reader
	hash.Hash
	n int64
}

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	_, _ = s.Hash.Write(p[:n])
	s.n += int64(n)
	return n, err
}
