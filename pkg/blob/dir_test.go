package blob_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"wardroom/pkg/blob"
	"wardroom/pkg/blob/blobtest"
)

func TestDir(t *testing.T) {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	d, err := blob.NewDir(t.TempDir(), server.URL+"/upload", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/upload/", http.StripPrefix("/upload", d.Handler()))
	blobtest.Run(t, d)
	if left, err := d.List(t.Context(), "", "", 1000); err != nil || len(left) == 0 {
		t.Error(left, err)
	}
}
