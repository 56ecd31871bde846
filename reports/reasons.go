package reports

import "strings"

// reasonAttribute is segment's code of a reason whose words are names and values of the customer's own.
const reasonAttribute = "attribute"

// because is a reason of the score file ("code: words (+)") without its code, its sign kept, in the style's language.
func (s Style) because(reason string) string {
	if s.Lang == Chinese {
		return string(appendBecause(nil, reason))
	}
	_, words, _ := strings.Cut(reason, ": ")
	return words
}

// appendBecause appends a reason in Chinese.
func appendBecause(dst []byte, reason string) []byte {
	code, words, ok := strings.Cut(reason, ": ")
	if !ok {
		return dst
	}
	sign := ""
	for _, s := range [...]string{" (+)", " (−)"} {
		if fact, ok := strings.CutSuffix(words, s); ok {
			words, sign = fact, s
		}
	}
	if code == reasonAttribute {
		dst = appendAttributes(dst, words)
	} else {
		dst, _ = sentences.append(dst, words)
	}
	return append(dst, sign...)
}

// appendAttributes appends "Industry Steel, region unknown": what is the customer's own stays, what is not known is said.
func appendAttributes(dst []byte, words string) []byte {
	for k, part := range strings.Split(words, ", ") {
		if k > 0 {
			dst = append(dst, "，"...)
		}
		if name, ok := strings.CutSuffix(part, " unknown"); ok {
			dst = append(append(dst, name...), " 未知"...)
			continue
		}
		dst = append(dst, part...)
	}
	return dst
}
