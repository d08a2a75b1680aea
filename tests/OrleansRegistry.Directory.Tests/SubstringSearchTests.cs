namespace OrleansRegistry.Directory.Tests;

/// <summary>Of so many agents that blocks of trigrams are looked in first, a substring finds the same as a plain look at each.</summary>
public sealed class SubstringSearchTests
{
    private const int Agents = 5_000;

    private readonly TestDirectory directory = new();
    private readonly SortedDictionary<string, string> plain = new(StringComparer.Ordinal);
    private readonly Random random = new(20261129);

    [Fact]
    public void A_substring_finds_the_same_as_a_look_at_every_agent()
    {
        for (var i = 0; i < Agents; i++)
        {
            Put(i);
        }

        AssertSame();

        // Cards that changed are in later blocks, and those that are gone in none.
        for (var i = 0; i < Agents; i += 3)
        {
            if (i % 2 == 0)
            {
                Put(i);
            }
            else
            {
                directory.Remove(IdOf(i));
                plain.Remove(IdOf(i));
            }
        }

        AssertSame();
    }

    private static string IdOf(int i) => $"id{i * 7919 % Agents:D4}";

    private void Put(int i)
    {
        var description = string.Join(' ', Enumerable.Range(0, 6).Select(_ => $"w{random.Next(400)}é{random.Next(400)}"));
        directory.Put(IdOf(i), new TestCard(IdOf(i), description));
        plain[IdOf(i)] = description;
    }

    private void AssertSame()
    {
        string[] texts = ["w7é1", "W123É", "é39 w1", "w", "é", "12", "id00", "4 w399é3", "nowhere", "w0é0", "id0001"];
        foreach (var text in texts)
        {
            string[] expected =
            [
                .. plain.Where(pair => pair.Key.Contains(text, StringComparison.OrdinalIgnoreCase)
                    || pair.Value.Contains(text, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Key),
            ];
            Assert.Equal(expected, directory.Ids(new AgentQuery { Text = text }));
            Assert.Equal(expected, Pages(new AgentQuery { Text = text, PageSize = 700 }));
            Assert.Equal(expected.Take(3), directory.Ids(new AgentQuery { Text = text, PageSize = 3 }));
        }
    }

    private List<string> Pages(AgentQuery query)
    {
        var ids = new List<string>();
        do
        {
            var page = directory.Agents.List(TestDirectory.Everybody, query);
            ids.AddRange(page.Agents.Select(agent => agent.Id));
            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);
        return ids;
    }
}
