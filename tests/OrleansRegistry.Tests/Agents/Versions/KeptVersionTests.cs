using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Agents.Versions;

namespace OrleansRegistry.Tests.Agents.Versions;

/// <summary>How many versions are kept, how long, and over a restart.</summary>
public sealed class KeptVersionTests : IDisposable
{
    private static readonly Caller Me = Caller.Default;

    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_stay_and_those_with_labels()
    {
        await using var host = await StartAsync(new() { Kept = 2 });
        await WriteAsync(host, 1, 2);
        await host.Versions.LabelAsync(Me, "a", "first", 1, Cancellation);
        await WriteAsync(host, 3, 6);
        await KeptAsync(host, 6, 5, 4, 1);
        await host.Versions.UnlabelAsync(Me, "a", "first", Cancellation);
        await WriteAsync(host, 7, 7);
        await KeptAsync(host, 7, 6, 5);
    }

    [Fact]
    public async Task None_are_kept_but_those_with_labels()
    {
        await using var host = await StartAsync(new() { Kept = 0 });
        await WriteAsync(host, 1, 3);
        await KeptAsync(host, 3);
        await host.Versions.LabelAsync(Me, "a", "this", 3, Cancellation);
        await WriteAsync(host, 4, 6);
        await KeptAsync(host, 6, 3);
        Assert.Equal("3", (await host.Versions.GetAsync(Me, "a", "this", Cancellation)).Info.Version);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_label_points_to_no_version_that_is_about_to_go()
    {
        var store = new StoreProbe(TestStores.InMemory());
        var (begun, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.DeleteGate = async kind =>
        {
            if (kind == AgentVersionKind.Kind)
            {
                begun.TrySetResult();
                await goesOn.Task;
            }
        };
        var labels = new TaskCompletionSource();
        await using var host = await RegistryHost.StartAsync(
            options => options.AgentVersions = new() { Kept = 1 },
            store,
            services: services => services.AddSingleton<IIncomingGrainCallFilter>(new Labels(labels)));
        await WriteAsync(host, 1, 3, i => new string((char)('a' + i), 3_000));
        await begun.Task.WaitAsync(TestContext.Current.CancellationToken);
        var labeling = host.Versions.LabelAsync(Me, "a", "old", 1, Cancellation);
        await labels.Task.WaitAsync(TestContext.Current.CancellationToken);
        goesOn.SetResult();
        Assert.Equal(("version", RegistryError.NotFound), await RefusedAsync());
        Assert.Empty((await host.Agents.GetAsync(Me, "a"))!.Labels);

        async Task<(string?, RegistryError)> RefusedAsync()
        {
            var refusal = await Assert.ThrowsAsync<RegistryException>(() => labeling);
            return (refusal.Field, refusal.Error);
        }
    }

    [Fact]
    public async Task They_go_so_many_days_after_they_were_replaced()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await StartAsync(new() { AgeDays = 10 }, time);
        await WriteAsync(host, 1, 2);
        time.Advance(TimeSpan.FromDays(9));
        await WriteAsync(host, 3, 3);
        await KeptAsync(host, 3, 2, 1);
        time.Advance(TimeSpan.FromDays(2));
        await WriteAsync(host, 4, 4);

        // The first was replaced 11 days ago, the second 2 days ago.
        await KeptAsync(host, 4, 3, 2);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 2)]
    [InlineData(20, 3)]
    [InlineData(40, 4)]
    public async Task What_is_shown_is_what_was_written_wherever_it_is_kept(int kept, int seed)
    {
        var random = new Random(seed);
        await using var host = await StartAsync(new() { Kept = kept });
        var cards = new List<string>();
        var labels = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var step = 0; step < 120; step++)
        {
            var label = $"l{random.Next(3)}";
            switch (cards.Count == 0 ? 9 : random.Next(10))
            {
                case 0 when labels.Remove(label):
                    await host.Versions.UnlabelAsync(Me, "a", label, Cancellation);
                    break;
                case 1:
                    var shown = Shown();
                    labels[label] = shown[random.Next(shown.Count)];
                    await host.Versions.LabelAsync(Me, "a", label, labels[label], Cancellation);
                    break;
                default:
                    // Some differ little from the last, some in all: of one byte a character, of more, and none.
                    var text = random.Next(4) switch
                    {
                        0 => new string((char)random.Next('a', 'z'), random.Next(4_000)),
                        1 => string.Concat(random.GetItems(["é", "ø", "日", "本", "𝄞", "𝄢", "x"], random.Next(30))),
                        _ => "",
                    };
                    cards.Add($$"""{"name":"a","description":"{{text}}","version":"{{cards.Count}}"}""");
                    await host.Agents.RegisterAsync(Me, new AgentRegistration(Encoding.UTF8.GetBytes(cards[^1])));
                    break;
            }

            if (step % 10 == 0)
            {
                await CheckAsync();
            }
        }

        await CheckAsync();

        List<long> Shown() =>
            [.. Enumerable.Range(1, cards.Count).Reverse().Select(i => (long)i).Where(i => i >= cards.Count - kept || labels.ContainsValue(i))];

        async Task CheckAsync()
        {
            var numbers = new List<long>();
            string? token = null;
            do
            {
                var page = await host.Versions.ListAsync(Me, "a", 1 + random.Next(9), token, Cancellation);
                numbers.AddRange(page.Versions.Select(version => version.Number));
                token = page.NextPageToken;
            }
            while (token is not null);

            Assert.Equal(Shown(), numbers);
            foreach (var number in numbers)
            {
                Assert.Equal(cards[(int)number - 1], (await host.Versions.GetAsync(Me, "a", $"@{number}", Cancellation)).Card.ToString());
            }
        }
    }

    [Fact]
    public async Task A_restart_keeps_them_with_their_labels()
    {
        IReadOnlyList<AgentVersionInfo> before;
        await using (var host = await StartAsync(new()))
        {
            await WriteAsync(host, 1, 3);
            await host.Versions.LabelAsync(Me, "a", "stable", 2, Cancellation);
            before = (await host.Versions.ListAsync(Me, "a", cancellationToken: Cancellation)).Versions;
        }

        await using var again = await StartAsync(new());
        Assert.Equivalent(before, (await again.Versions.ListAsync(Me, "a", cancellationToken: Cancellation)).Versions, strict: true);
        Assert.Equal("2", (await again.Versions.GetAsync(Me, "a", "stable", Cancellation)).Info.Version);
        await WriteAsync(again, 4, 4);
        await KeptAsync(again, 4, 3, 2, 1);
    }

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    private static async Task WriteAsync(RegistryHost host, int from, int to, Func<int, string>? text = null)
    {
        for (var i = from; i <= to; i++)
        {
            var card = $$"""{"name":"a","description":"{{text?.Invoke(i)}}","version":"{{i}}"}""";
            await host.Agents.RegisterAsync(Me, new AgentRegistration(Encoding.UTF8.GetBytes(card)));
        }
    }

    /// <summary>What is not to be kept goes behind the write.</summary>
    private static async Task KeptAsync(RegistryHost host, params long[] expected)
    {
        for (var patience = 0; patience < 200; patience++)
        {
            if ((await NumbersAsync()).SequenceEqual(expected))
            {
                return;
            }

            await Task.Delay(10, Cancellation);
        }

        Assert.Equal(expected, await NumbersAsync());

        async Task<IEnumerable<long>> NumbersAsync() =>
            (await host.Versions.ListAsync(Me, "a", 100, null, Cancellation)).Versions.Select(version => version.Number);
    }

    private Task<RegistryHost> StartAsync(AgentVersionOptions kept, TimeProvider? time = null) => RegistryHost.StartAsync(
        options =>
        {
            options.StorageType = StorageType.Sqlite;
            options.DataDirectory = folder;
            options.AgentVersions = kept;
        },
        time: time);

    /// <summary>Tells of the first label that an agent's grain has come to, as far as it gets without waiting.</summary>
    private sealed class Labels(TaskCompletionSource begun) : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            var call = context.Invoke();
            if (context.MethodName == nameof(IAgentGrain.Label))
            {
                begun.TrySetResult();
            }

            await call;
        }
    }
}
