// Package engine describes what training is asked for, whatever carries it out.
//
// A Job is a configuration as the engines understand it: base, data, adapter, options. An Engine trains it; package native does so on the CPU.
package engine
