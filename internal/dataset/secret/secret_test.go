package secret

import (
	"fmt"
	"math/rand/v2"
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

func TestFind(t *testing.T) {
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
		{"vendored code", "node_modules/a.js", "\nt = \"ghp_" + token(36) + "\"\n", []Finding{{"github-pat", 2}}},
		{"private key", "a.gd", "x\ny\n" + key("-----END RSA "+"PRIVATE KEY-----\n"), []Finding{{"private-key", 3}}},
		{"private key cut off", "a.gd", "x\n" + key(""), []Finding{{"private-key", 2}}},
		{"private key in a string", "a.c", `const char *k = "-----BEGIN ` + `PRIVATE KEY-----\n" "` + token(64) + `\n";`, []Finding{{"private-key", 1}}},
		{"the words alone", "a.c", `if (starts_with(s, "-----BEGIN ` + `PRIVATE KEY-----")) return load(s);`, nil},
		{"by name", "keys/game.pfx", "x", []Finding{{"pkcs12-file", 0}}},
	} {
		if got := Find(c.path, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestNothingLeaves proves that findings do not show a secret.
func TestNothingLeaves(t *testing.T) {
	secret := "ghp_" + token(36)
	found := Find("a.lua", "t = \""+secret+"\"")
	if text := fmt.Sprint(found); len(found) != 1 || strings.Contains(text, secret[4:12]) || !strings.Contains(text, "github-pat matches on line 1") {
		t.Errorf("findings: %s", text)
	}
	if text := (Finding{Rule: "x"}).String(); text != "the rule x matches its name" {
		t.Error(text)
	}
}

func TestParallel(t *testing.T) {
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			text := strings.Repeat("x = 1\n", i) + "t = \"ghp_" + token(36) + "\""
			if got := Find("a", text); len(got) != 1 || got[0].Line != i+1 {
				t.Errorf("%d: %v", i, got)
			}
		})
	}
	g.Wait()
}

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat("    local station = Sector():createStation(faction, key, \"data/scripts/entity.lua\") -- token of the game\n", 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Find("a.lua", text)
	}
}

// draw makes a random string of n characters of an alphabet.
func draw(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	hex   = "0123456789abcdef"
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	alnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
)

// TestForms draws keys of services in the form that they have, between other code.
func TestForms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	a := func(n int) string { return draw(r, alnum, n) }
	for _, c := range []struct{ rule, key string }{
		{"anthropic-api-key", "sk-ant-" + "api03-" + a(93)},
		{"openai-api-key", "sk-" + "proj-" + a(48)},
		{"aws-access-key", "AK" + "IA" + draw(r, upper, 16)},
		{"github-fine-grained-pat", "github_" + "pat_" + a(82)},
		{"gitlab-token", "glp" + "at-" + a(20)},
		{"slack-token", "xo" + "xb-" + draw(r, "0123456789", 12) + "-" + a(24)},
		{"slack-webhook", "https://hooks.slack" + ".com/services/T" + draw(r, upper, 10) + "/B" + draw(r, upper, 10) + "/" + a(24)},
		{"stripe-key", "sk_" + "live_" + a(24)},
		{"gcp-api-key", "AI" + "za" + a(35)},
		{"npm-token", "np" + "m_" + a(36)},
		{"pypi-token", "pypi-" + "AgEI" + a(80)},
		{"sendgrid-key", "S" + "G." + a(22) + "." + a(43)},
		{"discord-bot-token", "MT" + a(24) + "." + a(6) + "." + a(38)},
		{"discord-webhook", "https://discord" + ".com/api/webhooks/" + draw(r, "123456789", 18) + "/" + a(68)},
		{"telegram-bot-token", draw(r, "123456789", 10) + ":A" + "A" + a(33)},
		{"huggingface-token", "h" + "f_" + draw(r, alnum[:52], 34)},
		{"digitalocean-token", "do" + "p_v1_" + draw(r, hex, 64)},
		{"azure-storage-key", "DefaultEndpointsProtocol=https;AccountKey=" + a(86) + "=="},
		{"jwt", "ey" + "J" + a(30) + ".ey" + "J" + a(60) + "." + a(43)},
		{"shopify-token", "shp" + "at_" + draw(r, hex, 32)},
		{"twilio-key", "S" + "K" + draw(r, hex, 32)},
		{"mailgun-key", "ke" + "y-" + draw(r, hex, 32)},
		{"url-password", "mysql://root:" + "S3cr3t!pass@db.local/game"},
	} {
		text := "x = 1\nlocal t = \"" + c.key + "\"\n"
		found := Find("a.lua", text)
		if !slices.Contains(found, Finding{c.rule, 2}) {
			t.Errorf("%s: found %v", c.rule, found)
		}
	}
}

// TestNamedSecrets draws random values for names that keys have, as several languages write them, and counts how many are found. Drawn values that
// hold no digit or look like words are let pass.
func TestNamedSecrets(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	found, all := 0, 0
	for _, form := range []string{"local %s = \"%s\"\n", "var %s: String = \"%s\"\n", "const char* %s = \"%s\";\n", "{\"%s\": \"%s\"}\n", "%s=%s\n"} {
		for _, name := range []string{"api_key", "clientSecret", "AUTH_TOKEN", "password"} {
			for _, v := range []string{draw(r, alnum, 24), draw(r, alnum, 40), draw(r, hex, 32), draw(r, hex, 64)} {
				all++
				if len(Find("a", fmt.Sprintf(form, name, v))) > 0 {
					found++
				}
			}
		}
	}
	if 10*found < 8*all {
		t.Errorf("%d of %d found", found, all)
	}
}

// TestHarmless is code that looks like a secret and is none.
func TestHarmless(t *testing.T) {
	for _, text := range []string{
		`var key = "player_health_regeneration_rate_2"`,
		`const TOKEN_PATH := "res://addons/gut/token_icons_v2.png"`,
		`local password = "${DB_PASSWORD}"`,
		`password: "your_password_here1"`,
		`secret = os.environ["CLIENT_SECRET_KEY_PRODUCTION1"]`,
		`key = "Sector_00012_Station_00034_Name"`,
		`uid = "uid://b4x2kq8v5n3ma"`,
		`static const char *auth = "AuthenticationFailedException2"`,
		`postgres://user:password@localhost/db`,
		`token = "xxxxxxxxxxxxxxxxxxxxxxxx1234"`,
		`key_map = "abcdefghijklmnopqrstuvwxyz0123456789"`,
	} {
		if found := Find("a.lua", text); len(found) > 0 {
			t.Errorf("%s: %v", text, found)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("a.pem", "-----BEGIN "+"PRIVATE KEY-----\n"+token(64))
	f.Add("", "api_key = '\x00"+token(30)+"'")
	f.Fuzz(func(t *testing.T, path, text string) {
		lines := 1 + strings.Count(text, "\n")
		for _, found := range Find(path, text) {
			if found.Line < 0 || found.Line > lines {
				t.Errorf("%v in a text of %d lines", found, lines)
			}
		}
	})
}
