// Package licence determines the licence of source code.
//
// The nouns:
//
//   - An id is the short name of a licence in the SPDX list, such as MIT or GPL-2.0-only.
//   - An expression combines ids with AND, OR, WITH and brackets (SPDX specification 2.3, annex D). "" is an unknown licence.
//   - A licence file is a file that by its name holds the terms of the files beside and below it.
//   - A [Policy] is which licences are taken.
//
// Texts are recognised by google/licensecheck. Its ids are those of SPDX, and a few of its own for texts that SPDX does not list.
package licence
