using System.CommandLine;
using System.Text;

namespace OrleansRegistry.Cli.Trust;

/// <summary>Asks for a password, which is never a word of the command: others see those.</summary>
internal static class PasswordInput
{
    public static Option<bool> Option() => new("--password-stdin") { Description = "Reads the password from the standard input." };

    /// <param name="isNew">It is asked for twice.</param>
    /// <exception cref="CliException">There is nobody to ask, or the two are not the same.</exception>
    public static async Task<string> ReadAsync(CommandCall call, Option<bool> fromInput, string user, bool isNew = false)
    {
        if (call.Get(fromInput))
        {
            using var input = new StreamReader(call.Terminal.Input, Encoding.UTF8, leaveOpen: true);
            return (await input.ReadToEndAsync(call.Cancellation)).TrimEnd('\r', '\n');
        }

        var what = $"{(isNew ? "New password" : "Password")} of {PlainText.Of(user)}";
        var password = Ask(call, $"{what}: ");
        return !isNew || Ask(call, $"{what}, again: ") == password ? password : throw CliException.Usage("The two passwords are not the same.");
    }

    private static string Ask(CommandCall call, string what) => call.Terminal.AskHidden?.Invoke(what)
        ?? throw CliException.Usage("There is no terminal to ask for the password: say --password-stdin.");
}
