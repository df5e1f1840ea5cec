// Package cli is graft's command line: one file per command, wired to the packages that do the work.
//
// The nouns:
//
//   - An [App] is what a run of the program sees of the world: its outputs, the environment, the flags that every command
//     takes. Nothing below this package reads the environment or writes to the terminal.
//   - A command is a function xCommand(app) that returns a cobra command; [NewRoot] lists them.
//   - An [ExitError] is an error with an exit code of its own. Others get theirs by their kind: problems of the
//     configuration and input errors (package fault) end with [ExitUsage], refusals of a gate with [ExitGate], the rest with [ExitFailed].
package cli
