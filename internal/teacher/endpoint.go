package teacher

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"graft/internal/fault"
)

// ParseEndpoint reads a base URL and returns it without user, password, query and last slash, and whether its host is beyond this machine and
// its network.
func ParseEndpoint(base string) (endpoint string, hosted bool, err error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", false, fault.Inputf("teacher: base URL %q: expected http://HOST[:PORT][/PATH] or https://…", redacted(base))
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	endpoint = strings.TrimSuffix(u.String(), "/")
	hosted = !local(u.Hostname())
	if hosted && u.Scheme == "http" {
		return "", false, fault.Inputf("teacher: base URL %s: a key and source code would cross the internet in the clear; use https", endpoint)
	}
	return endpoint, hosted, nil
}

// redacted leaves out what a malformed URL may hold of a password.
func redacted(base string) string {
	if i := strings.LastIndexByte(base, '@'); i >= 0 {
		return "…" + base[i:]
	}
	return base
}

// local tells names and addresses of this machine and its network.
func local(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal")
}

// Scrub takes key out of what an endpoint or the network said, and bounds it.
func Scrub(s, key string) string {
	const most = 2000
	if key != "" {
		s = strings.ReplaceAll(s, key, "[key]")
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// MissingKey is the error of a hosted endpoint without a key.
func MissingKey(variable, endpoint string) error {
	return fault.Input(fmt.Errorf("teacher: %s is not set, and %s needs a key: set it in the environment (keys are read from nowhere else), point dataset.base_url "+
		"at a local endpoint, which needs none, or build with dataset.teacher: none", variable, endpoint))
}
