// Package config reads graft's YAML configuration: inheritance between files, the {domain} placeholder, overrides from
// the command line, strict checking, and the pages made from the same knowledge (JSON Schema, reference, base file).
//
// The nouns:
//
//   - A key is the dotted path of one setting, "lora.r". The part before the dot is its section.
//   - An option describes a key: type, default, range, meaning, who reads it. The options form one table (table.go), and
//     everything else derives from it; adding a key is adding a row there and a field of [Config].
//   - A layer is what one file, or one --set, says. Layers are applied in order: built-in defaults, then each file after
//     the files it extends, then the overrides.
//   - An [Origin] is the place an effective value came from.
//   - A [Problem] is one mistake, with its place. [Load] returns all of them at once, as [Problems].
//
// YAML is read through the node interface of go.yaml.in/yaml/v4 so that every key and value keeps its line and column.
// That library is known to this package alone.
package config
