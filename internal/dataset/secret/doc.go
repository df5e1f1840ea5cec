// Package secret finds passwords, keys and tokens in text.
//
// A rule is a form that keys of a service have, or an assignment to a name such as api_key of a text that looks random. Nothing of what is
// found leaves the package: a [Finding] names the rule and the line only. Every expression is matched in time linear in the text.
package secret
