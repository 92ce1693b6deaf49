package settings_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/settings"
)

type some struct {
	Origins []string `env:"WARDROOM_TEST_ORIGINS"`
	On      bool     `env:"WARDROOM_TEST_ON"`
	Inner   inner
}

type inner struct {
	Clients []string `env:"WARDROOM_TEST_CLIENTS"`
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name              string
		origins, on, more string
		want              some
	}{
		{"nothing", "", "", "", some{}},
		{"as it should be", "https://a.example,https://b.example", "true", "one", some{[]string{"https://a.example", "https://b.example"}, true, inner{[]string{"one"}}}},
		{"spaces after commas", "https://a.example, https://b.example", "True", "one , two", some{[]string{"https://a.example", "https://b.example"}, true, inner{[]string{"one", "two"}}}},
		{"a comma at the end", "https://a.example,", "False", " , ", some{Origins: []string{"https://a.example"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("WARDROOM_TEST_ORIGINS", tt.origins)
			t.Setenv("WARDROOM_TEST_ON", tt.on)
			t.Setenv("WARDROOM_TEST_CLIENTS", tt.more)
			got, err := settings.Read[some]()
			if err != nil || !cmp.Equal(tt.want, got) {
				t.Errorf("%v\n%s", err, cmp.Diff(tt.want, got))
			}
		})
	}
	t.Setenv("WARDROOM_TEST_ON", "perhaps")
	if _, err := settings.Read[some](); err == nil {
		t.Error("perhaps is true or false")
	}
}
