// Command retrieval measures how well package retrieve finds the documents that people
// have judged relevant, on sets of documents, queries and judgements:
//
//	go run ./infra/retrieval FOLDER…
//
// A folder has docs.jsonl and queries.jsonl (or either with .gz), of lines like
// {"id":"1","title":"…","text":"…"}, and qrels.tsv, of lines like "query	document	grade".
// A document is one chunk.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: retrieval FOLDER…")
		os.Exit(2)
	}
	fmt.Println("| set | documents | queries | nDCG@10 | recall@10 | µs a query |")
	fmt.Println("|---|--:|--:|--:|--:|--:|")
	for _, folder := range os.Args[1:] {
		set, err := read(folder)
		if err == nil {
			var figures figures
			if figures, err = measure(set); err == nil {
				fmt.Printf("| %s | %d | %d | %.4f | %.4f | %.0f |\n", set.name, len(set.documents), figures.queries, figures.ndcg, figures.recall, figures.micros)
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "retrieval:", err)
			os.Exit(1)
		}
	}
}
