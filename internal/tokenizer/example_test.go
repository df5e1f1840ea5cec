package tokenizer_test

import (
	"fmt"
	"path/filepath"

	"graft/internal/tokenizer"
)

func Example() {
	tok, err := tokenizer.Load(filepath.Join("..", "model", "builtin", "tiny-coder"))
	if err != nil {
		fmt.Println(err)
		return
	}
	ids := tok.Encode("local x = 1<|im_end|>")
	fmt.Println(ids)
	fmt.Println(tok.Decode(ids, true))

	stream := tok.Stream(false)
	for _, id := range ids {
		fmt.Printf("%q ", stream.Push(id))
	}
	fmt.Printf("%q\n", stream.Flush())
	// Output:
	// [301 1621 267 227 23 2]
	// local x = 1
	// "local" " x" " =" " " "1" "<|im_end|>" ""
}
