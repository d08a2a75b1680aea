using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Runs commands in this process, as a shell would.</summary>
/// <param name="always">Words that go with every command, such as where the registry is.</param>
internal sealed class TestCli(params string[] always)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The environment. What the machine has set is not in it.</summary>
    public Dictionary<string, string?> Variables { get; } = [];

    public string[] Always => always;

    public bool IsTerminal { get; init; }

    public string Input { get; set; } = "";

    public Task<Ran> RunAsync(params string[] words) => RunAsync(CancellationToken.None, words);

    public async Task<Ran> RunAsync(CancellationToken cancellation, params string[] words)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var code = await RegistryCli.RunAsync([.. words, .. always], Terminal(output, error), cancellation).WaitAsync(Patience);
        return new Ran(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Runs a command that must do what it is told.</summary>
    public async Task<string> DoAsync(params string[] words)
    {
        var ran = await RunAsync(words);
        Assert.True(ran.Code == 0, $"{string.Join(' ', words)} ended with {ran.Code}: {ran.Error}");
        return ran.Output;
    }

    /// <summary>Runs a command for its JSON.</summary>
    public async Task<JsonElement> JsonAsync(params string[] words) => JsonDocument.Parse(await DoAsync([.. words, "--json"])).RootElement;

    /// <summary>Runs a command until it has printed this many lines, and then interrupts it.</summary>
    public Following Follow(params string[] words) => new(this, words);

    public Terminal Terminal(Stream output, TextWriter error) => new()
    {
        Input = new MemoryStream(Encoding.UTF8.GetBytes(Input)),
        Output = output,
        Error = error,
        OutputIsTerminal = IsTerminal,
        ErrorIsTerminal = IsTerminal,
        Variables = Variables,
    };

    /// <summary>What a command left.</summary>
    internal sealed record Ran(int Code, string Output, string Error)
    {
        public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A command that goes on.</summary>
    internal sealed class Following : IAsyncDisposable
    {
        private readonly CancellationTokenSource ending = new();
        private readonly LineStream output = new();
        private readonly StringWriter error = new();

        public Following(TestCli cli, string[] words) =>
            Ended = Task.Run(() => RegistryCli.RunAsync([.. words, .. cli.Always], cli.Terminal(output, error), ending.Token));

        /// <summary>Its exit code.</summary>
        public Task<int> Ended { get; }

        public string Error => error.ToString();

        /// <summary>The next line that it prints.</summary>
        public async Task<string> NextAsync()
        {
            var next = output.NextAsync();
            await Task.WhenAny(next, Ended, Task.Delay(Patience));

            // The last line comes with the end.
            if (await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(1))) != next)
            {
                Assert.Fail($"No line came; the command {(Ended.IsCompleted ? $"ended with {await Ended}" : "goes on")}. {Error}");
            }

            return await next;
        }

        public async Task<int> InterruptAsync()
        {
            await ending.CancelAsync();
            return await Ended.WaitAsync(Patience);
        }

        public async ValueTask DisposeAsync()
        {
            await InterruptAsync();
            ending.Dispose();
            await output.DisposeAsync();
        }
    }
}
