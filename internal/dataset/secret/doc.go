// Package secret finds passwords, keys and tokens in text.
//
// It wraps the rules of gitleaks. Nothing of what is found leaves the package: a [Finding] names the rule and the line only, and the
// library's own log is silent.
package secret
