// Package cli is graft's command line: one file per command, wired to the packages that do the work.
//
// The nouns:
//
//   - An [App] is what a run of the program sees of the world: its outputs, the environment, the flags that every command
//     takes. Nothing below this package reads the environment or writes to the terminal.
//   - A command is a function xCommand(app) that returns a cobra command; [NewRoot] lists them.
//   - An [ExitError] is an error with the exit code it stands for. Errors of other types end with [ExitFailed], problems
//     of the configuration with [ExitUsage].
package cli
