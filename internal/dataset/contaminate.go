package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// contaminatedRun is how many words in a row tell that a text was copied (GPT-3: Brown et al., "Language Models are Few-Shot Learners",
// 2020, appendix C).
const contaminatedRun = 13

// decontaminate takes out records that share a run of words with the user's list, and trained ones that share much with what is held out.
func (b *builder) decontaminate() error {
	list, err := readLists(b.options.Decontaminate)
	if err != nil {
		return err
	}
	held := map[string]bool{} // of the records that are not trained on
	for _, u := range b.units {
		if u.split != Train {
			addGrams(held, u.output)
		}
	}
	b.keepRecords(filterContaminated, func(u *unit) string {
		for _, text := range []string{u.taught(), u.output} {
			words := identifiers.FindAllString(text, -1)
			for i := 0; i+contaminatedRun <= len(words) && len(list) > 0; i++ {
				if run := strings.Join(words[i:i+contaminatedRun], " "); list[run] {
					return "dataset.decontaminate has: " + firstLine(run)
				}
			}
		}
		const much = 0.5 // of an output's runs
		if s := sharedRuns(held, u.output); u.split == Train && s > much {
			return fmt.Sprintf("%.0f %% of its output stand in held-out records", 100*s)
		}
		return ""
	})
	return nil
}

func addGrams(set map[string]bool, text string) {
	words := identifiers.FindAllString(text, -1)
	for i := 0; i+contaminatedRun <= len(words); i++ {
		set[strings.Join(words[i:i+contaminatedRun], " ")] = true
	}
}

// sharedRuns is the share of a text's runs of words that are in a set.
func sharedRuns(set map[string]bool, text string) float64 {
	words := identifiers.FindAllString(text, -1)
	total, found := 0, 0
	for i := 0; i+contaminatedRun <= len(words); i++ {
		total++
		if set[strings.Join(words[i:i+contaminatedRun], " ")] {
			found++
		}
	}
	return float64(found) / float64(max(1, total))
}

// readLists reads the runs of words of files: text, or JSON, whose marks are no words.
func readLists(files []string) (map[string]bool, error) {
	list := map[string]bool{}
	var errs []error
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			errs = append(errs, inputErrorf("decontaminate: %w", err))
			continue
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, longestLine)
		var last []string // words that a run may go on from
		for lines.Scan() {
			text := lines.Text()
			if strings.HasPrefix(strings.TrimSpace(text), "{") {
				text, last = unescaped.Replace(text), nil // a record ends with its line
			}
			words := slices.Concat(last, identifiers.FindAllString(text, -1))
			for i := 0; i+contaminatedRun <= len(words); i++ {
				list[strings.Join(words[i:i+contaminatedRun], " ")] = true
			}
			last = words[max(0, len(words)-contaminatedRun+1):]
		}
		if err := lines.Err(); err != nil {
			errs = append(errs, inputErrorf("decontaminate: %s: %w", name, err))
		}
		errs = append(errs, f.Close())
	}
	return list, errors.Join(errs...)
}

// unescaped turns what JSON writes for breaks and quotes into marks.
var unescaped = strings.NewReplacer(`\\`, " ", `\n`, " ", `\t`, " ", `\r`, " ", `\"`, `"`)
