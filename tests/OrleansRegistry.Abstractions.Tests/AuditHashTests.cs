namespace OrleansRegistry.Abstractions.Tests;

/// <summary>What is hashed of an entry.</summary>
public sealed class AuditHashTests
{
    private static readonly AuditEntry Entry = new()
    {
        Tenant = "acme",
        Sequence = 7,
        Time = new DateTimeOffset(2026, 1, 31, 13, 0, 0, TimeSpan.FromHours(1)).AddMicroseconds(5),
        Subject = "a\"\\\u0001\n\u007fü🙂",
        Action = "x",
        Outcome = "ok",
        Previous = AuditEntry.NoHash,
        Hash = "",
    };

    [Fact]
    public void It_is_canonical_json_with_what_the_entry_has()
    {
        Assert.Equal(
            $$"""{"action":"x","outcome":"ok","previous":"{{AuditEntry.NoHash}}","sequence":7,"subject":"a\"\\\u0001\n"""
                + "\u007fü🙂\",\"tenant\":\"acme\",\"time\":\"2026-01-31T12:00:00.000005Z\"}",
            AuditHash.CanonicalOf(Entry));
        var full = Entry with { Address = "::1", Credential = "key:1", Late = true, Object = "/", Skipped = 3, Subject = "s", Trace = "t" };
        Assert.Equal(
            $$"""{"action":"x","address":"::1","credential":"key:1","late":true,"object":"/","outcome":"ok","previous":"{{AuditEntry.NoHash}}","""
                + """ "sequence":7,"skipped":3,"subject":"s","tenant":"acme","time":"2026-01-31T12:00:00.000005Z","trace":"t"}""".TrimStart(),
            AuditHash.CanonicalOf(full));
    }

    [Fact]
    public void Every_member_counts()
    {
        AuditEntry[] others =
        [
            Entry with { Tenant = "b" }, Entry with { Sequence = 8 }, Entry with { Time = Entry.Time.AddMicroseconds(1) },
            Entry with { Subject = "b" }, Entry with { Action = "b" }, Entry with { Outcome = "b" }, Entry with { Object = "b" },
            Entry with { Credential = "b" }, Entry with { Address = "b" }, Entry with { Trace = "b" }, Entry with { Late = true },
            Entry with { Skipped = 1 }, Entry with { Previous = "b" },
        ];
        Assert.Equal(others.Length + 1, others.Append(Entry).Select(AuditHash.Of).Distinct().Count());
    }
}
