package secret

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// token makes a random string, so that no secret stands in this file.
func token(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	r := rand.New(rand.NewPCG(5, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

func scanner(t testing.TB) *Scanner {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFind(t *testing.T) {
	s := scanner(t)
	key := func(end string) string {
		return "-----BEGIN RSA " + "PRIVATE KEY-----\n" + token(64) + "\n" + token(64) + "\n" + end
	}
	for _, c := range []struct {
		name, path, text string
		want             []Finding
	}{
		{"code", "a.lua", "local key = getKey()\nlocal password = os.getenv('PASSWORD')\nprint(token)\n", nil},
		{"empty", "a.lua", "", nil},
		{"pat", "a.lua", "x = 1\nlocal t = \"ghp_" + token(36) + "\"\n", []Finding{{"github-pat", 2}}},
		{"allowed by a remark", "a.lua", "local t = \"ghp_" + token(36) + "\" -- gitleaks:allow\n", []Finding{{"github-pat", 1}}},
		{"a file that gitleaks passes over", "node_modules/a.js", "\nt = \"ghp_" + token(36) + "\"\n", []Finding{{"github-pat", 2}}},
		{"private key", "a.gd", "x\ny\n" + key("-----END RSA "+"PRIVATE KEY-----\n"), []Finding{{"private-key", 3}}},
		{"private key cut off", "a.gd", "x\n" + key(""), []Finding{{"private-key", 2}}},
		{"private key in a string", "a.c", `const char *k = "-----BEGIN ` + `PRIVATE KEY-----\n" "` + token(64) + `\n";`, []Finding{{"private-key", 1}}},
		{"the words alone", "a.c", `if (starts_with(s, "-----BEGIN ` + `PRIVATE KEY-----")) return load(s);`, nil},
		{"by name", "keys/game.pfx", "x", []Finding{{"pkcs12-file", 0}}},
	} {
		if got := s.Find(c.path, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestNothingLeaves proves that neither findings nor the library's log show a secret.
func TestNothingLeaves(t *testing.T) {
	s := scanner(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stderr
	os.Stderr = write
	secret := "ghp_" + token(36)
	found := s.Find("a.lua", "t = \""+secret+"\"")
	os.Stderr = old
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(read)
	if err != nil || bytes.Contains(said, []byte(secret)) {
		t.Errorf("stderr: %q, %v", said, err)
	}
	if text := fmt.Sprint(found); len(found) != 1 || strings.Contains(text, secret[4:12]) || !strings.Contains(text, "github-pat matches on line 1") {
		t.Errorf("findings: %s", text)
	}
	if text := (Finding{Rule: "x"}).String(); text != "the rule x matches its name" {
		t.Error(text)
	}
}

func TestParallel(t *testing.T) {
	s := scanner(t)
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			text := strings.Repeat("x = 1\n", i) + "t = \"ghp_" + token(36) + "\""
			if got := s.Find("a", text); len(got) != 1 || got[0].Line != i+1 {
				t.Errorf("%d: %v", i, got)
			}
		})
	}
	g.Wait()
}

func BenchmarkFind(b *testing.B) {
	s := scanner(b)
	text := strings.Repeat("    local station = Sector():createStation(faction, key, \"data/scripts/entity.lua\") -- token of the game\n", 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s.Find("a.lua", text)
	}
}
