// Command verify checks an exported log, or prints test vectors, with Go's own transparency log code alone.
//
//	verify DIR      checkpoint, vkeys, tile/** and tile/entries/** of c2sp.org/tlog-tiles
//	verify vectors  JSON of roots, proofs, tiles and a signed note
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	if len(os.Args) != 2 {
		fail(errors.New("usage: verify DIR | verify vectors"))
	}
	if os.Args[1] == "vectors" {
		if err := printVectors(); err != nil {
			fail(err)
		}
		return
	}
	tree, err := verifyLog(os.Args[1])
	if err != nil {
		fail(err)
	}
	fmt.Printf("ok %d %s\n", tree.N, tree.Hash)
}

func fail(err error) {
	fmt.Println("error:", err)
	os.Exit(1)
}

func verifyLog(dir string) (tlog.Tree, error) {
	tree, err := readCheckpoint(dir)
	if err != nil {
		return tree, err
	}
	hashes, err := hashEntries(dir, tree.N)
	if err != nil {
		return tree, err
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return tree, err
	}
	if root != tree.Hash {
		return tree, fmt.Errorf("root of the entries is %s, the checkpoint says %s", root, tree.Hash)
	}
	if err := checkTiles(dir, tree.N, hashes); err != nil {
		return tree, err
	}
	return tree, checkProofs(dir, tree, hashes)
}

// readCheckpoint opens the signed note and reads its origin, size and root (c2sp.org/tlog-checkpoint).
// One of the verified signatures has to be by a key named as the origin.
func readCheckpoint(dir string) (tlog.Tree, error) {
	var tree tlog.Tree
	verifiers, err := readVerifiers(dir)
	if err != nil {
		return tree, err
	}
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(msg, verifiers)
	if err != nil {
		return tree, fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return tree, errors.New("checkpoint: less than three lines")
	}
	signed := false
	for _, sig := range opened.Sigs {
		signed = signed || sig.Name == lines[0]
	}
	if !signed {
		return tree, fmt.Errorf("checkpoint: not signed by %s", lines[0])
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || tree.N < 0 || strconv.FormatInt(tree.N, 10) != lines[1] {
		return tree, fmt.Errorf("checkpoint: size %q", lines[1])
	}
	if tree.Hash, err = tlog.ParseHash(lines[2]); err != nil {
		return tree, fmt.Errorf("checkpoint: root %q", lines[2])
	}
	return tree, nil
}

// readVerifiers reads vkeys. Keys of other algorithms than Go's note knows are passed over, as a note's signatures are.
func readVerifiers(dir string) (note.Verifiers, error) {
	data, err := os.ReadFile(filepath.Join(dir, "vkeys"))
	if err != nil {
		return nil, err
	}
	var known []note.Verifier
	for _, line := range strings.Fields(string(data)) {
		if verifier, err := note.NewVerifier(line); err == nil {
			known = append(known, verifier)
		}
	}
	if len(known) == 0 {
		return nil, errors.New("vkeys: no key that can be used")
	}
	return note.VerifierList(known...), nil
}

// storedHashes are hashes in the order of tlog.StoredHashIndex.
type storedHashes []tlog.Hash

func (stored storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(stored)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		hashes = append(hashes, stored[index])
	}
	return hashes, nil
}

func (stored *storedHashes) add(n int64, entry []byte) error {
	hashes, err := tlog.StoredHashes(n, entry, stored)
	*stored = append(*stored, hashes...)
	return err
}

// hashEntries derives every hash of the tree anew from the entry bundles.
func hashEntries(dir string, size int64) (storedHashes, error) {
	var stored storedHashes
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		if tile.L > 0 {
			break
		}
		path := entriesPath(tile)
		bundle, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return nil, err
		}
		for i := 0; i < tile.W; i++ {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("%s: ends within entry %d of %d", path, i, tile.W)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if err := stored.add(tile.N<<tileHeight+int64(i), bundle[2:end]); err != nil {
				return nil, err
			}
			bundle = bundle[end:]
		}
		if len(bundle) > 0 {
			return nil, fmt.Errorf("%s: %d bytes too many", path, len(bundle))
		}
	}
	return stored, nil
}

func checkTiles(dir string, size int64, hashes tlog.HashReader) error {
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		want, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, tilePath(tile)))
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("%s: not the hashes of the entries", tilePath(tile))
		}
	}
	return nil
}

// checkProofs makes proofs from the tiles and checks them against hashes of the entries.
func checkProofs(dir string, tree tlog.Tree, hashes storedHashes) error {
	fromTiles := tlog.TileHashReader(tree, tileFolder(dir))
	for _, index := range spread(tree.N, 500) {
		proof, err := tlog.ProveRecord(tree.N, index, fromTiles)
		if err != nil {
			return err
		}
		leaf := hashes[tlog.StoredHashIndex(0, index)]
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
			return fmt.Errorf("inclusion of entry %d: %w", index, err)
		}
	}
	for _, index := range spread(tree.N, 20) {
		proof, err := tlog.ProveTree(tree.N, index+1, fromTiles)
		if err != nil {
			return err
		}
		root, err := tlog.TreeHash(index+1, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, index+1, root); err != nil {
			return fmt.Errorf("consistency with size %d: %w", index+1, err)
		}
	}
	return nil
}

// spread gives up to most indexes below size, evenly, with the first and the last.
func spread(size, most int64) []int64 {
	var indexes []int64
	for i := int64(0); i < min(size, most); i++ {
		indexes = append(indexes, i*(size-1)/max(min(size, most)-1, 1))
	}
	return indexes
}

// tileFolder reads tiles for tlog.TileHashReader.
type tileFolder string

func (tileFolder) Height() int                     { return tileHeight }
func (tileFolder) SaveTiles([]tlog.Tile, [][]byte) {}
func (dir tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(dir), tilePath(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// tilePath is Go's path without the height, which tlog-tiles fixes at 8.
func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

func entriesPath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
}
