package source

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"graft/internal/fault"
)

// Install is the word that stands for the folder in which a game is installed.
const Install = "install"

// specErrorf is an error about a source that the user gave and that cannot be used.
func specErrorf(format string, args ...any) error { return fault.Inputf("source: "+format, args...) }

// A Spec is where source code comes from. One of the fields Folder, URL and Installed is set.
type Spec struct {
	Folder    string
	URL       string // of a git repository
	Revision  string // commit, branch or tag in the repository; "" is what its HEAD names
	Installed bool
}

// schemes are the protocols that are taken, each with a host except file.
var schemes = map[string]bool{"https": true, "ssh": true, "file": true}

var (
	scpForm      = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^:]`)
	revisionForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./+-]*$`)
)

// Parse reads a folder, a URL such as https://host/owner/name@v1.2, ssh://git@host/name, git@host:owner/name or file:///path, or the
// word install.
func Parse(raw string) (Spec, error) {
	switch {
	case raw == Install:
		return Spec{Installed: true}, nil
	case scpForm.MatchString(raw):
		user, rest, _ := strings.Cut(raw, "@")
		address, revision := cutRevision(rest)
		return gitSpec(user+"@"+address, revision)
	case !strings.Contains(raw, "://"):
		if strings.TrimSpace(raw) == "" {
			return Spec{}, specErrorf("the source is empty; name a folder, a git URL or %s", Install)
		}
		if strings.Contains(raw, "::") {
			return Spec{}, specErrorf("%q asks git for a helper program; only https, ssh and file URLs are taken", raw)
		}
		return Spec{Folder: raw}, nil
	}
	scheme, rest, _ := strings.Cut(raw, "://")
	host, name, _ := strings.Cut(rest, "/")
	name, revision := cutRevision(name)
	address := scheme + "://" + host + "/" + name
	u, err := url.Parse(address)
	if err != nil {
		return Spec{}, specErrorf("%q is no URL", Public(raw))
	}
	_, password := u.User.Password()
	switch {
	case !schemes[scheme]:
		return Spec{}, specErrorf("%s: the protocol %s is not taken; use https, ssh or file", u.Redacted(), scheme)
	case password || scheme == "https" && u.User != nil:
		return Spec{}, specErrorf("the URL of %s%s holds a user name or password; take it out and let git ask its credential helper", u.Host, u.Path)
	case (scheme == "file") != (u.Host == "") || strings.HasPrefix(u.Host, "-") || strings.Trim(u.Path, "/") == "":
		return Spec{}, specErrorf("%s names no repository; expected https://host/path, ssh://host/path or file:///path", u.Redacted())
	}
	return gitSpec(address, revision)
}

// cutRevision divides the path of a repository from what follows its last @.
func cutRevision(name string) (address, revision string) {
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		return name[:i], name[i:]
	}
	return name, ""
}

func gitSpec(address, revision string) (Spec, error) {
	revision, given := strings.CutPrefix(revision, "@")
	if given && (!revisionForm.MatchString(revision) || strings.Contains(revision, "..") || strings.HasSuffix(revision, "/") || strings.HasSuffix(revision, ".lock")) {
		return Spec{}, specErrorf("%s: %q is not the name of a commit, branch or tag", address, revision)
	}
	return Spec{URL: address, Revision: revision}, nil
}

// String is the spec as it was given.
func (s Spec) String() string {
	switch {
	case s.Installed:
		return Install
	case s.URL != "" && s.Revision != "":
		return s.URL + "@" + s.Revision
	case s.URL != "":
		return s.URL
	}
	return s.Folder
}

// name is a short name for the repository, safe as the name of a folder.
func (s Spec) name() string {
	base := strings.TrimSuffix(path.Base(strings.ReplaceAll(s.URL, ":", "/")), ".git")
	return strings.Trim(unsafe.ReplaceAllString(base, "-"), "-.")
}

var unsafe = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)
