package config

import _ "embed" // for unified.yaml

// unified is config/unified.yaml, an example of several files of records.
//
//go:embed unified.yaml
var unified string

// UnifiedFile returns config/unified.yaml: one adapter for all domains that are built in.
func UnifiedFile() string { return unified }
