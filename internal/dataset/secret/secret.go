package secret

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
	"github.com/zricethezav/gitleaks/v8/sources"
)

// A Finding is a place at which a secret stands.
type Finding struct {
	Rule string // of gitleaks, such as "github-pat" or "private-key"
	Line int    // from 1; 0 if the name of the file is what was found
}

func (f Finding) String() string {
	if f.Line == 0 {
		return "the rule " + f.Rule + " matches its name"
	}
	return fmt.Sprintf("the rule %s matches on line %d", f.Rule, f.Line)
}

// A Scanner looks for secrets. It may be used by several goroutines at once.
type Scanner struct{ detector *detect.Detector }

// load reads the rules, which takes some 50 ms. The library keeps them in a global of its own, so they are read once.
var load = sync.OnceValues(func() (*Scanner, error) {
	logging.Logger = logging.Logger.Output(io.Discard) // it may quote what it has found
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return nil, fmt.Errorf("secret: the rules of gitleaks cannot be read: %w", err)
	}
	d.IgnoreGitleaksAllow = true // a remark in a file does not make its secrets public
	for i, a := range d.Config.Allowlists {
		// The global list passes over files by name, such as lock files and vendored code. What is in them would be sent all the same.
		d.Config.Allowlists[i] = &config.Allowlist{MatchCondition: a.MatchCondition, RegexTarget: a.RegexTarget, Regexes: a.Regexes, StopWords: a.StopWords}
		if err := d.Config.Allowlists[i].Validate(); err != nil {
			return nil, fmt.Errorf("secret: the global allow list of gitleaks: %w", err)
		}
	}
	return &Scanner{d}, nil
})

// New returns the scanner.
func New() (*Scanner, error) { return load() }

// privateKey matches the beginning of a private key. The rule of gitleaks wants its end too, which a file may have cut off.
var privateKey = regexp.MustCompile(`-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]{0,200}[A-Za-z0-9+/=]{40}`)

// Find returns where secrets stand in the text of a file, in the order of lines, each rule and line once. The path of the file has
// slashes; some rules are for certain names only.
func (s *Scanner) Find(path, text string) []Finding {
	var found []Finding
	for _, f := range s.detector.Detect(detect.Fragment(sources.Fragment{Raw: text, FilePath: path})) { //nolint:staticcheck // what Detect takes until v9
		if f.Line == "" && f.EndColumn == 0 {
			found = append(found, Finding{Rule: f.RuleID})
		} else {
			found = append(found, Finding{Rule: f.RuleID, Line: f.StartLine + 1})
		}
	}
	for _, at := range privateKey.FindAllStringIndex(text, -1) {
		found = append(found, Finding{Rule: "private-key", Line: 1 + strings.Count(text[:at[0]], "\n")})
	}
	slices.SortFunc(found, func(a, b Finding) int { return cmp.Or(a.Line-b.Line, cmp.Compare(a.Rule, b.Rule)) })
	return slices.Compact(found)
}
