package dataset

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Origin counts the records that come from one repository under one licence.
type Origin struct {
	License     string `json:"license"`      // SPDX expression, "" if unknown
	LicenseFile string `json:"license_file"` // "" if there is none
	Repository  string `json:"repository"`   // folder, "" if the files lie in none
	Remote      string `json:"remote"`
	Commit      string `json:"commit"`
	Records     int    `json:"records"`
}

// addOrigins counts records by where they come from, in the order of repositories and licences.
func (r *Report) addOrigins(metas []Meta) {
	for _, m := range metas {
		o := Origin{License: m.License, LicenseFile: m.LicenseFile, Repository: m.Repository, Remote: m.Remote, Commit: m.Commit}
		i := slices.IndexFunc(r.Origins, func(known Origin) bool { known.Records = 0; return known == o })
		if i < 0 {
			i, r.Origins = len(r.Origins), append(r.Origins, o)
		}
		r.Origins[i].Records++
	}
	slices.SortFunc(r.Origins, func(a, b Origin) int {
		return cmp.Or(cmp.Compare(a.Repository, b.Repository), cmp.Compare(a.LicenseFile, b.LicenseFile), cmp.Compare(a.License, b.License))
	})
}

// origins lists in Markdown the licences of the records.
func (r *Report) origins() string {
	var b strings.Builder
	b.WriteString("Each licence is that of the file's own SPDX tag, or of the licence files nearest to it. The files with the ending `.meta.jsonl` name\n" +
		"licence, repository and commit of every record.\n\n| records | licence | licence file | repository | commit |\n|--------:|---------|--------------|------------|--------|\n")
	unknown := 0
	for _, o := range r.Origins {
		if o.License == "" {
			unknown += o.Records
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s |\n", o.Records, cell(o.License, "unknown"), cell(o.LicenseFile, "none"), cell(cmp.Or(o.Remote, o.Repository), "none"), cell(o.Commit, "unknown"))
	}
	if unknown > 0 {
		fmt.Fprintf(&b, "\nThe licence of %d records is unknown. Check that you may use them.\n", unknown)
	}
	return b.String()
}

// cell makes a text that comes from outside fit into a table.
func cell(text, empty string) string {
	text = strings.Join(strings.Fields(strings.NewReplacer("|", "\\|", "`", "'", "<", "&lt;").Replace(text)), " ")
	return cmp.Or(text, empty)
}
