using System.Globalization;
using System.Net;

namespace OrleansRegistry.Server.Tests;

/// <summary>Kills the server under the load of many clients, and lets each check what is left; again and again.</summary>
internal static class KillLoop
{
    /// <summary>KILL_ROUNDS, else few: by hand, ask for more.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("KILL_ROUNDS") ?? "2", CultureInfo.InvariantCulture);

    /// <param name="verifyAll">Given the last server, once each client has found what it should.</param>
    public static async Task RunAsync(
        IReadOnlyDictionary<string, string> settings,
        Random random,
        IReadOnlyList<KilledClient> clients,
        ITestOutputHelper output,
        Func<HttpClient, Task> verifyAll)
    {
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await ServerProcess.StartAsync(settings);
            await Task.WhenAll(clients.Select(client => client.VerifyAsync(server.Http)));
            var enough = new Countdown(random.Next(50, 1500));
            var load = Task.WhenAll(clients.Select(client => client.WriteUntilCutAsync(server.Http, enough.Signal)));
            await await Task.WhenAny(enough.Reached, load);
            await server.KillAsync();
            await load;
        }

        await using var last = await ServerProcess.StartAsync(settings);
        await Task.WhenAll(clients.Select(client => client.VerifyAsync(last.Http)));
        await verifyAll(last.Http);
        output.WriteLine($"{clients.Sum(client => client.Acknowledged)} acknowledged writes over {Rounds} kills");
    }

    private sealed class Countdown(int count)
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int left = count;

        public Task Reached => reached.Task;

        public void Signal()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                reached.SetResult();
            }
        }
    }
}

/// <summary>One client: it writes until it is cut off, and knows what must be there then.</summary>
internal abstract class KilledClient
{
    public int Acknowledged { get; private set; }

    public async Task WriteUntilCutAsync(HttpClient http, Action acknowledged)
    {
        while (true)
        {
            var (send, done) = Next(http);
            HttpStatusCode status;
            try
            {
                using var answer = await send();
                status = answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                return;
            }

            Assert.InRange((int)status, 200, 299);
            done();
            Acknowledged++;
            acknowledged();
        }
    }

    /// <summary>Checks that all that was acknowledged is there, and of what was in flight all or nothing.</summary>
    public abstract Task VerifyAsync(HttpClient http);

    /// <summary>The next write, which is in flight from now on, and what its acknowledgement means.</summary>
    protected abstract (Func<Task<HttpResponseMessage>> Send, Action Acknowledged) Next(HttpClient http);
}
