// Verifies each line of the input with the verifier of the document.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"example.com/loop/origin"
)

func main() {
	keys, err := origin.FetchKeys(context.Background())
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		claims, err := origin.VerifyAssertion(lines.Text(), keys)
		if err != nil {
			fmt.Printf("refused %q\n", err)
		} else {
			fmt.Println("accepted", claims.Subject)
		}
	}
}
