using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace OrleansRegistry.Directory.Tests;

public sealed class RankedSearchTests
{
    private readonly TestDirectory directory = new();

    [Fact]
    public void The_index_ranks_as_a_look_at_every_card_would()
    {
        string[] words = ["sun", "moon", "star", "mars", "nova"];
        var texts = Gen.Elements(words).ListOf(4).Select(list => string.Join(' ', list));
        var cards = from name in Gen.Elements(words) from description in texts select new TestCard(name, description);
        var ids = Gen.Elements(Enumerable.Range(0, 12).Select(i => $"id{i}").ToArray());
        var steps = Gen.Zip(ids, Gen.Frequency((4, cards.Select(card => (TestCard?)card)), (1, Gen.Constant<TestCard?>(null)))).ArrayOf(40);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(steps.ToArbitrary(), run =>
        {
            var changing = new TestDirectory();
            var plain = new SortedDictionary<string, TestCard>(StringComparer.Ordinal);
            foreach (var (id, card) in run)
            {
                if (card is null)
                {
                    changing.Remove(id);
                    plain.Remove(id);
                }
                else
                {
                    changing.Put(id, card);
                    plain[id] = card;
                }
            }

            foreach (var word in words)
            {
                var expected = plain.Where(pair => $"{pair.Value.Name} {pair.Value.Description}".Contains(word, StringComparison.Ordinal));
                var page = changing.Agents.List(TestDirectory.Everybody, new AgentQuery { Words = word + " " });
                Assert.Equal(expected.Select(pair => pair.Key), page.Agents.Select(agent => agent.Id).Order(StringComparer.Ordinal));
                var sorted = page.Matches!.OrderByDescending(match => match.Score).ThenBy(match => match.AgentId, StringComparer.Ordinal);
                Assert.Equal(sorted, page.Matches);
                AssertMoreIsBetter(page.Matches!, plain, word);
            }
        }));
    }

    [Fact]
    public void Rare_words_count_more_than_common_ones_and_names_more_than_descriptions()
    {
        directory.Put("common", new TestCard("common", "weather report"));
        directory.Put("named", new TestCard("named weather", "of some kind"));
        directory.Put("rare", new TestCard("rare", "an umbrella for the weather"));
        directory.Put("other", new TestCard("other", "weather too"));
        Assert.Equal("rare", Best("umbrella weather"));
        Assert.Equal("named", Best("weather "));
    }

    [Fact]
    public void An_agent_that_is_called_so_comes_first()
    {
        directory.Put("Weather Bot", new TestCard("Weather Bot", "Tells it"));
        directory.Put("w2", new TestCard("Weather Bot Weather Bot", "weather bot weather bot weather bot"));
        Assert.Equal("Weather Bot", Best("weather-bot"));
    }

    [Theory]
    [InlineData("expence tracker", "money")]
    [InlineData("expenss", "money")]
    [InlineData("expen", "money")]
    [InlineData("EXPENSES", "money")]
    [InlineData("expense tracking", "money")]
    [InlineData("kuche", "kitchen")]
    [InlineData("Küche renovieren", "kitchen")]
    [InlineData("厨房", "china")]
    [InlineData("reserva de vuelos", "spain")]
    public void Unfinished_words_typos_endings_and_accents_are_no_obstacle(string words, string id)
    {
        directory.Put("money", new TestCard("Expense Tracker", "Tracks what a team spends"));
        directory.Put("kitchen", new TestCard("Kücheneinrichter", "Plant die Renovierung einer Küche"));
        directory.Put("china", new TestCard("报价", "翻新厨房的报价"));
        directory.Put("spain", new TestCard("Viajes", "Reserva un vuelo o un hotel"));
        Assert.Equal(id, Best(words));
    }

    [Fact]
    public void Pages_have_every_match_once_best_first()
    {
        for (var i = 0; i < 57; i++)
        {
            directory.Put($"agent{i:D2}", new TestCard($"n{i}", string.Concat(Enumerable.Repeat("rain ", (i % 5) + 1)) + new string('x', i % 3)));
        }

        var query = new AgentQuery { Words = "rain ", PageSize = 10 };
        var all = new List<AgentMatch>();
        do
        {
            var page = directory.Agents.List(TestDirectory.Everybody, query);
            all.AddRange(page.Matches!);
            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);

        Assert.Equal(57, all.Select(match => match.AgentId).Distinct().Count());
        Assert.Equal(57, all.Count);
        Assert.Equal(all.OrderByDescending(match => match.Score).ThenBy(match => match.AgentId, StringComparer.Ordinal), all);
        Assert.Equal(20, directory.Agents.List(TestDirectory.Everybody, new AgentQuery { Words = "rain " }).Agents.Count);
    }

    [Fact]
    public void Filters_hold_for_ranked_agents_too()
    {
        directory.Put("a", new TestCard("a", "rain", Tags: ["x"]));
        directory.Put("b", new TestCard("b", "rain rain", Tags: ["y"]));
        directory.Put("c", new TestCard("c", "rain rain", Tags: ["x"]), enabled: false);
        Assert.Equal(["a"], directory.Ids(new AgentQuery { Words = "rain", Tags = ["x"], Enabled = true }));
        Assert.Equal(["b"], directory.Ids(new AgentQuery { Words = "rain", Text = "rain rain", Enabled = true }));
    }

    [Fact]
    public void Where_a_filter_leaves_few_they_are_ranked_as_among_all()
    {
        for (var i = 0; i < 100; i++)
        {
            var rain = string.Concat(Enumerable.Repeat("rain ", (i % 7) + 1));
            directory.Put($"a{i}", new TestCard($"n{i}", rain, Tags: i % 9 == 0 ? ["few", "too"] : []));
        }

        directory.Put("a9", new TestCard("n9", "rain", Tags: ["few"]));
        directory.Put("a18", new TestCard("n18", "sun", Tags: ["few"]));
        directory.Remove("a27");
        var all = directory.Agents.List(TestDirectory.Everybody, new AgentQuery { Words = "rain ", PageSize = 100 });
        var few = new AgentQuery { Words = "rain ", Tags = ["few", "too"], PageSize = 100 };
        var having = all.Agents.Where(agent => directory.Agents.Of(TestDirectory.Tenant).Find(agent.Id)!.Values(Facets.Tags).Count > 0)
            .Select(agent => agent.Id).ToHashSet();
        Assert.Equal(10, having.Count);
        Assert.Equal(
            all.Matches!.Where(match => having.Contains(match.AgentId)).Select(match => (match.AgentId, match.Score)),
            directory.Agents.List(TestDirectory.Everybody, few).Matches!.Select(match => (match.AgentId, match.Score)));
    }

    [Fact]
    public async Task An_agent_that_keeps_changing_is_in_every_answer_also_where_a_filter_leaves_few()
    {
        for (var i = 0; i < 100; i++)
        {
            directory.Put($"a{i}", new TestCard($"n{i}", "rain", Tags: i == 7 ? ["few"] : []));
        }

        using var done = new CancellationTokenSource();
        var searching = Task.Run(() =>
        {
            var searches = 0;
            for (; !done.IsCancellationRequested || searches < 10; searches++)
            {
                Assert.Equal(["a7"], directory.Ids(new AgentQuery { Words = "rain ", Tags = ["few"] }));
            }
        });

        // The documents are numbered anew several times.
        for (var i = 0; i < 5_000; i++)
        {
            directory.Put("a7", new TestCard("n7", $"rain {i}", Tags: ["few"]));
        }

        await done.CancelAsync();
        await searching;
    }

    [Fact]
    public void What_changes_is_found_as_it_is_also_after_the_index_was_made_anew()
    {
        for (var i = 0; i < 3_000; i++)
        {
            directory.Put($"agent{i % 500}", new TestCard($"n{i % 500}", $"word{i} common"));
        }

        directory.Remove("agent499");
        Assert.Equal(499, directory.Agents.List(TestDirectory.Everybody, new AgentQuery { Words = "common ", PageSize = 1000 }).Agents.Count);
        Assert.Equal(["agent498"], directory.Ids(new AgentQuery { Words = "word2998 " }));
        Assert.Empty(directory.Ids(new AgentQuery { Words = "word2499 " }));
        Assert.Empty(directory.Ids(new AgentQuery { Words = "word2999 " }));
    }

    [Theory]
    [InlineData("?!")]
    [InlineData("zzzzzzzz")]
    [InlineData("the of and")]
    public void What_no_card_has_finds_nothing(string words)
    {
        directory.Put("a", new TestCard("a", "rain"));
        var page = directory.Agents.List(TestDirectory.Everybody, new AgentQuery { Words = words });
        Assert.Empty(page.Agents);
        Assert.Empty(page.Matches!);
    }

    [Fact]
    public void Words_that_are_too_long_and_tokens_of_other_queries_are_refused()
    {
        directory.Put("a", new TestCard("a", "rain"));
        directory.Put("b", new TestCard("b", "rain"));
        Assert.Equal("q", Refused(new AgentQuery { Words = new string('x', 1001) }));
        var token = directory.Agents.List(TestDirectory.Everybody, new AgentQuery { Words = "rain", PageSize = 1 }).NextPageToken;
        Assert.NotNull(token);
        Assert.Equal("page_token", Refused(new AgentQuery { Words = "snow", PageToken = token }));
        Assert.Equal("page_token", Refused(new AgentQuery { PageToken = token }));
        Assert.Equal("page_size", Refused(new AgentQuery { Words = "rain", PageSize = 1001 }));
    }

    [Fact]
    public void Highlights_show_the_words_where_they_are()
    {
        var filler = string.Join(' ', Enumerable.Repeat("filler", 40));
        directory.Put("a", new TestCard("a", $"{filler} plans trips to the mountains {filler}", Tags: ["hiking"]));
        var match = Assert.Single(directory.Agents.List(TestDirectory.Everybody, new AgentQuery { Words = "trip to a mountain, hike" }).Matches!);
        var best = match.Highlights[0];
        Assert.Equal("description", best.Field);
        Assert.InRange(best.Text.Length, 20, 170);
        Assert.StartsWith("…", best.Text, StringComparison.Ordinal);
        Assert.Equal(["trips", "mountains"], best.Ranges.Select(range => best.Text.Substring(range.Start, range.Length)));
        Assert.Equal("tags[0]", match.Highlights[1].Field);
    }

    private string? Best(string words) => directory.Ids(new AgentQuery { Words = words }).FirstOrDefault();

    private string? Refused(AgentQuery query) =>
        Assert.Throws<RegistryException>(() => directory.Agents.List(TestDirectory.Everybody, query)).Field;

    /// <summary>Of cards that are alike otherwise, the one that has the word more often is not behind.</summary>
    private static void AssertMoreIsBetter(IReadOnlyList<AgentMatch> matches, SortedDictionary<string, TestCard> cards, string word)
    {
        foreach (var (first, second) in matches.Zip(matches.Skip(1)))
        {
            var (better, worse) = (cards[first.AgentId], cards[second.AgentId]);
            if (better.Name == worse.Name)
            {
                Assert.True(Times(better) >= Times(worse), $"'{better}' is before '{worse}'");
            }
        }

        int Times(TestCard card) => Encoding.UTF8.GetString(card.ToJson().Span).Split(word).Length;
    }
}
