// Command graft fine-tunes code models with LoRA, QLoRA or DoRA.
package main

import (
	"os"

	"graft/internal/cli"
)

func main() { os.Exit(cli.Main()) }
