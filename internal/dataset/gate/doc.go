// Package gate judges whether source code is valid.
//
// The nouns:
//
//   - A gate takes a file and says whether it is valid code of its language. It must accept all valid code; graft dataset
//     calibrate measures how much of the user's own it refuses.
//   - [Lua] is the gate for Lua 5.1 with goto, in this process: parser and compiler of gopher-lua.
//   - An [External] gate is a compiler or checker that the user has installed. It runs only where it was asked for, on a copy of
//     the file, without a shell, for a bounded time, and never executes the code.
//   - A [Verdict] tells refused code from code that a gate could not judge, such as C whose headers are not there.
//
// The checks that run in this process are in lang/lua, lang/cpp and lang/gdscript.
package gate
