// Go's own resolver as a client: names on standard input, one a line; for each the first address, or with "SRV" as
// argument the address label of the target that net.LookupSRV puts first (it orders by priority and draws by weight).
package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"strings"
)

func main() {
	resolver := &net.Resolver{PreferGo: true}
	look := func(name string) (string, error) {
		addresses, err := resolver.LookupHost(context.Background(), name)
		if err != nil {
			return "", err
		}
		return addresses[0], nil
	}
	if len(os.Args) > 1 && os.Args[1] == "SRV" {
		look = func(name string) (string, error) {
			_, records, err := resolver.LookupSRV(context.Background(), "http", "tcp", name)
			if err != nil {
				return "", err
			}
			label, _, _ := strings.Cut(records[0].Target, ".")
			return strings.ReplaceAll(label, "-", "."), nil
		}
	}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		found, err := look(input.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(found)
	}
}
