package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// An address that can't be listened on is told with one that can.
func TestWhereItListens(t *testing.T) {
	for addr, says := range map[string]string{
		"8081":          "such as 127.0.0.1:8081",
		"localhost":     "such as 127.0.0.1:8081",
		"192.0.2.1:abc": "WARDROOM_ADDR",
	} {
		_, err := (&settings{Addr: addr}).listen(t.Context())
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s", addr, err, says)
		}
	}
}

// README.md lists what can be set.
func TestEverySettingIsListed(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var listed func(reflect.Type)
	listed = func(of reflect.Type) {
		for i := range of.NumField() {
			f := of.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
			switch {
			case f.Type.Kind() == reflect.Struct:
				listed(f.Type)
			case strings.HasPrefix(name, "WARDROOM_") && !strings.Contains(string(readme), "`"+name+"`"):
				t.Errorf("README.md doesn't say what %s is", name)
			}
		}
	}
	listed(reflect.TypeFor[settings]())
}
