package source

import (
	"encoding/hex"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A Checkout is what git records about a folder. What cannot be determined is "".
type Checkout struct {
	Commit string // in hexadecimal, 40 or 64 digits
	Remote string // URL of the remote named origin, or of the first one; without user name and password
}

// maxGitFile bounds a file below .git that is read. packed-refs of very large repositories has some ten MB.
const maxGitFile = 32 << 20

// Describe reads the .git of a checkout: a folder, or the file that stands for one in worktrees and submodules.
func Describe(git string) Checkout {
	dir, ok := gitDir(git)
	if !ok {
		return Checkout{}
	}
	common := dir // where worktrees of one repository keep what they share
	if name := strings.TrimSpace(readGit(dir, "commondir")); name != "" {
		if common = name; !filepath.IsAbs(common) {
			common = filepath.Join(dir, name)
		}
	}
	return Checkout{Commit: commit(dir, common), Remote: remote(readGit(common, "config"))}
}

// gitDir returns the folder that a .git is or names.
func gitDir(git string) (string, bool) {
	info, err := os.Lstat(git)
	if err != nil {
		return "", false
	}
	if info.IsDir() {
		return git, true
	}
	name, ok := strings.CutPrefix(readGit(filepath.Dir(git), filepath.Base(git)), "gitdir:")
	if name = strings.TrimSpace(name); !ok || name == "" || strings.ContainsAny(name, "\x00\n") {
		return "", false
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(git), name)
	}
	return name, true
}

// readGit returns the text of a file below a folder, "" if it cannot be read or is too large. It waits for nothing.
func readGit(dir, name string) string {
	f, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(name)), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // nothing was written
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxGitFile {
		return ""
	}
	data, err := io.ReadAll(io.LimitReader(f, maxGitFile))
	if err != nil {
		return ""
	}
	return string(data)
}

// commit returns the commit that HEAD stands for.
func commit(dir, common string) string {
	head := strings.TrimSpace(readGit(dir, "HEAD"))
	const deepest = 5 // references that name references; git stops there too
	for range deepest {
		ref, symbolic := strings.CutPrefix(head, "ref:")
		if !symbolic {
			return hash(head)
		}
		if ref = strings.TrimSpace(ref); !fs.ValidPath(ref) || !strings.HasPrefix(ref, "refs/") {
			return ""
		}
		if head = strings.TrimSpace(readGit(dir, ref)); head == "" {
			head = strings.TrimSpace(readGit(common, ref))
		}
		if head == "" {
			return packed(readGit(common, "packed-refs"), ref)
		}
	}
	return ""
}

// packed looks for a reference in the text of packed-refs: lines of hash and name.
func packed(text, ref string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if id, ok := strings.CutSuffix(strings.TrimSuffix(line, "\r"), " "+ref); ok {
			return hash(id)
		}
	}
	return ""
}

// hash returns a text that is the hash of an object, else "".
func hash(s string) string {
	if _, err := hex.DecodeString(s); err != nil || len(s) != 40 && len(s) != 64 {
		return ""
	}
	return strings.ToLower(s)
}

// remote returns the URL of a remote in the text of a configuration.
func remote(config string) string {
	first, section := "", ""
	for line := range strings.SplitSeq(config, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "url") || !strings.HasPrefix(section, "[remote ") {
			continue
		}
		address := Public(unquote(strings.TrimSpace(value)))
		if strings.HasPrefix(section, `[remote "origin"]`) {
			return address
		}
		if first == "" {
			first = address
		}
	}
	return first
}

// unquote reads a value of a configuration: quotes are dropped, \ keeps the next character, # and ; begin a comment.
func unquote(s string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '#' || c == ';'):
			return strings.TrimSpace(b.String())
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Public returns the address of a remote as it may be shown: without user name and password, which are tokens often enough, and "" if
// it has characters that no address has.
func Public(address string) string {
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\ufffd' }) {
		return ""
	}
	if !strings.Contains(address, "://") {
		if user, host, ok := strings.Cut(address, "@"); ok && !strings.ContainsAny(user, "/:") {
			return host // of the form user@host:path
		}
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
