module graft/internal/kernel/gen

go 1.26
