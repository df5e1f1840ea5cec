// Package avorion is the domain of mods for the game Avorion, written in Lua 5.1 with goto.
//
// The parser of gopher-lua decides what is valid. It keeps lines only, and no comments, so the bytes of functions, statements
// and comments come from a scanner of ours, which relies on the text being valid: in Lua keywords alone tell where a block
// begins and ends.
package avorion
