class CreateUsers < ActiveRecord::Migration[8.0]
end
